package io.apictck.suites.apicv;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.FieldLog;
import io.apictck.suites.support.RepeatedVmcall;
import org.junit.jupiter.api.Test;

/**
 * All vectors with all task priorities (SDM, "Evaluation of Pending Virtual Interrupts"): the guest
 * exits by VMCALL behind each case.
 */
@Conformance
@Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.VIRTUALIZE_X2APIC_MODE})
final class DeliverySweepTests {
  private static final int FIRST = 0x21;
  private static final int LAST = 0xFF;
  private static final int PRIORITIES = 256;
  private static final int CLASSES = 16;
  private static final int HIGHEST_CLASS = 0xF0;

  @Test
  @Sweep(sample = 2)
  @Covers({"APICV-EVAL-001", "APICV-EVAL-002", "APICV-EVAL-004", "APICV-DELV-002"})
  @Ports("KUT-VMX-VID-ENTRY")
  void vmEntryDeliversWhatTheTaskPriorityLetsThrough(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    Counter taken = guest.guest().countInterrupts(FIRST, LAST);
    FieldLog statuses = statuses(guest);
    RepeatedVmcall vmcall = RepeatedVmcall.start(guest);
    cases.range(
        FIRST,
        LAST,
        vector -> {
          for (int tpr = 0; tpr < PRIORITIES; tpr++) {
            vmcall.next(statuses.storing(), status(vector), guest.page().storingVtpr(tpr));
            verifyTaken(taken, vector, tpr);
          }
          long[] left = statuses.take();
          for (int tpr = 0; tpr < PRIORITIES; tpr++) {
            verifyLeft(left[tpr], vector, tpr);
          }
        });
  }

  @Test
  @Sweep(sample = 2)
  @Covers({"APICV-EVAL-001", "APICV-TPR-001", "APICV-DELV-002"})
  @Ports("KUT-VMX-VID-CR8")
  void movToCr8DeliversWhatTheTaskPriorityLetsThrough(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    Counter taken = guest.guest().countInterrupts(FIRST, LAST);
    FieldLog statuses = statuses(guest);
    for (int task = 0; task < CLASSES; task++) {
      RepeatedVmcall vmcall = RepeatedVmcall.behind(new Instruction.MovToCr8(task), guest);
      int tpr = task << 4;
      cases.range(
          FIRST,
          LAST,
          vector -> {
            // what CR8 was before does not matter as long as it held the vector back
            for (int before = HIGHEST_CLASS; before < PRIORITIES; before++) {
              vmcall.next(statuses.storing(), status(vector), guest.page().storingVtpr(before));
              verifyTaken(taken, vector, tpr);
            }
            for (long left : statuses.take()) {
              verifyLeft(left, vector, tpr);
            }
          });
    }
  }

  @Test
  @Sweep
  @Covers({"APICV-IPI-007", "APICV-DELV-002"})
  @Ports("KUT-VMX-VID-SELF")
  void aSelfIpiDeliversEachVector(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    Counter taken = guest.guest().countInterrupts(FIRST, LAST);
    guest.prepare(0, 0, 0, true);
    cases.range(
        FIRST,
        LAST,
        vector -> {
          guest.vcpu().enter();
          guest.guest().wrmsr(Guests.SELF_IPI, vector);
          guest.vcpu().leave();
          verifyTaken(taken, vector, 0);
          verifyLeft(guest.vcpu().read(VmcsField.GUEST_INTERRUPT_STATUS), vector, 0);
        });
  }

  private static Instruction status(int rvi) {
    return new Instruction.Vmwrite(VmcsField.GUEST_INTERRUPT_STATUS.encoding(), rvi);
  }

  private static FieldLog statuses(ApicGuest guest) {
    return FieldLog.of(guest.vcpu(), VmcsField.GUEST_INTERRUPT_STATUS);
  }

  private static boolean isDelivered(int vector, int tpr) {
    return vector >>> 4 > tpr >>> 4;
  }

  /** The handler ran once, or not at all. */
  private static void verifyTaken(Counter taken, int vector, int tpr) {
    int expected = isDelivered(vector, tpr) ? 1 : 0;
    if (taken.count() != expected) {
      throw new AssertionError(
          "with task priority %s, vector %s should be taken %d times, but it was taken %d times"
              .formatted(Hex.vector(tpr), Hex.vector(vector), expected, taken.count()));
    }
    taken.clear();
  }

  /** Nothing is left, or the vector waits. */
  private static void verifyLeft(long status, int vector, int tpr) {
    int expected = isDelivered(vector, tpr) ? 0 : vector;
    if (status != expected) {
      throw new AssertionError(
          "with task priority %s and vector %s, SVI and RVI should be %s afterwards, but are %s"
              .formatted(
                  Hex.vector(tpr),
                  Hex.vector(vector),
                  Hex.dword(expected),
                  Hex.dword((int) status)));
    }
  }
}
