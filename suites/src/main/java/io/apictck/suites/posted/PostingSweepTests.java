package io.apictck.suites.posted;

import static io.apictck.arch.vmx.VirtualApicPage.VIRR;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.GuestRounds;
import org.junit.jupiter.api.Test;

/** Another processor posts each vector to a guest with each class of task priority. */
@Conformance
@OnMachine(processors = 2)
@Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
final class PostingSweepTests {
  private static final int FIRST = 0x21;
  private static final int LAST = 0xFF;
  private static final int NV = 0xFF;
  private static final int CLASSES = 16;

  @Test
  @Sweep(sample = 8)
  @Covers({"PI-STEP-007", "PI-STEP-006", "PI-STEP-002"})
  @Ports("KUT-VMX-PI-RUN")
  void aHigherClassRunsItsHandler(Machine machine, Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    Counter taken = guest.guest().countInterrupts(FIRST, LAST);
    GuestRounds rounds = GuestRounds.of(guest, VmcsField.GUEST_INTERRUPT_STATUS);
    cases.range(
        FIRST,
        LAST,
        vector -> {
          for (int task = 0; task < vector >>> 4; task++) {
            enter(rounds, guest, task);
            post(machine.cpu(1), guest, vector);
            verify(rounds.leave(), taken, vector, task, 1);
          }
        });
  }

  @Test
  @Sweep(sample = 8)
  @Covers({"PI-WHEN-005", "PI-STEP-007"})
  @Ports("KUT-VMX-PI-HLT")
  void aHigherClassEndsHlt(Machine machine, Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    Counter taken = guest.guest().countInterrupts(FIRST, LAST);
    GuestRounds rounds = GuestRounds.of(guest, VmcsField.GUEST_INTERRUPT_STATUS);
    cases.range(
        FIRST,
        LAST,
        vector -> {
          for (int task = 0; task < vector >>> 4; task++) {
            enter(rounds, guest, task);
            guest.guest().stiHlt();
            post(machine.cpu(1), guest, vector);
            verify(rounds.leave(), taken, vector, task, 1);
          }
        });
  }

  @Test
  @Sweep(sample = 8)
  @Covers({"PI-STEP-011", "PI-STEP-006", "PI-STEP-002"})
  @Ports("KUT-VMX-PI-BLOCKED")
  void anEqualOrLowerClassWaits(Machine machine, Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    Counter taken = guest.guest().countInterrupts(FIRST, LAST);
    GuestRounds rounds = GuestRounds.of(guest, VmcsField.GUEST_INTERRUPT_STATUS);
    cases.range(
        FIRST,
        LAST,
        vector -> {
          for (int task = vector >>> 4; task < CLASSES; task++) {
            enter(rounds, guest, task);
            post(machine.cpu(1), guest, vector);
            long request = guest.page().address() + VirtualApicPage.doubleword(VIRR, vector);
            long seen = guest.guest().run(new Instruction.Exchange(request, 4, 0))[0];
            if (seen != 1L << (vector & 0x1F)) {
              throw new AssertionError(
                  "VIRR of %s in the guest is %s".formatted(Hex.vector(vector), Hex.qword(seen)));
            }
            verify(rounds.leave(), taken, vector, task, 0);
          }
        });
  }

  private static ApicGuest guest(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.vcpu().write(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, NV);
    guest.vcpu().setInterruptFlag(true);
    return guest;
  }

  private static void enter(GuestRounds rounds, ApicGuest guest, int task) {
    rounds.enter(
        new Instruction.Vmwrite(VmcsField.GUEST_INTERRUPT_STATUS.encoding(), 0),
        guest.page().storingVtpr(task << 4));
  }

  private static void post(Cpu sender, ApicGuest guest, int vector) {
    sender.run(
        PostedGuest.requesting(guest, vector),
        PostedGuest.settingOn(guest),
        sender.lapic().writing(LapicRegister.ICR, NV));
  }

  private static void verify(long status, Counter taken, int vector, int task, int expected) {
    int count = taken.count();
    if (count != expected || status != (expected == 0 ? vector : 0)) {
      throw new AssertionError(
          "with task priority class %d, vector %s should be taken %d times, but it was taken %d times; RVI and SVI are %s"
              .formatted(task, Hex.vector(vector), expected, count, Hex.dword((int) status)));
    }
    taken.clear();
  }
}
