package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/** When a virtual interrupt is recognized (SDM, "Evaluation of Pending Virtual Interrupts"). */
@Conformance
@Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.VIRTUALIZE_X2APIC_MODE})
final class EvaluationTests {
  private static final int LOWEST_LEGAL = 0x10;

  private static void staysPending(Machine machine, ApicGuest guest, int rvi, int vtpr) {
    guest.prepare(rvi, 0, vtpr, true);
    guest.vcpu().enter();
    machine.expectNothing();
    guest.vcpu().leave();
    assertThat(guest.rvi()).as("RVI").isEqualTo(rvi);
    assertThat(guest.svi()).as("SVI").isZero();
    assertThat(guest.page().visr()).isEmptySet();
  }

  @Test
  @Covers({"APICV-EVAL-001", "APICV-EVAL-002"})
  void anEqualClassIsHeldBack(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    staysPending(machine, guest, 0x5F, 0x50);
    staysPending(machine, guest, 0x50, 0x5F);
    staysPending(machine, guest, 0xFF, 0xF0);
  }

  @Test
  @Covers({"APICV-EVAL-001", "APICV-DELV-012"})
  void interruptWindowExitingHoldsItBack(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING);
    guest.prepare(0x51, 0, 0, false);
    guest.vcpu().enter();
    guest.guest().nop();
    guest.vcpu().leave();
    assertThat(guest.rvi()).as("RVI").isEqualTo(0x51);
    assertThat(guest.page().visr()).isEmptySet();
  }

  @Test
  @Covers("APICV-EVAL-006")
  void vectorsOfClassZeroAreNeverRecognized(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    for (int vector = 1; vector < LOWEST_LEGAL; vector++) {
      staysPending(machine, guest, vector, 0);
    }
  }

  @Test
  @Covers("APICV-EVAL-003")
  void aRequestThatRviDoesNotShowWaits(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    guest.page().setVirr(VectorSet.of(0x61));
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    machine.expectNothing();
    assertThat(taken).hasCount(0);
    // the delivery of the lower one makes RVI the highest request
    guest.guest().wrmsr(Guests.SELF_IPI, 0x31);
    assertThat(taken).hasVectors(0x31, 0x61);
  }

  @Test
  @Covers("APICV-EVAL-004")
  void rviIsDeliveredWithoutItsRequest(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0x61, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(0x61);
    guest.vcpu().leave();
    assertThat(guest.page().visr()).containsExactlyVectors(0x61);
    assertThat(guest.rvi()).as("RVI").isZero();
    guest.vcpu().enter();
    guest.guest().finishInterrupt();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("APICV-EVAL-005")
  void memoryThatAnotherProcessorWritesIsNoTrigger(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    guest.prepare(0x51, 0, 0x50, true);
    guest.vcpu().enter();
    long page = guest.page().address();
    machine
        .cpu(1)
        .run(
            new Instruction.Store(page + VirtualApicPage.VTPR, 4, 0),
            new Instruction.LockedOr(
                page + VirtualApicPage.doubleword(VirtualApicPage.VIRR, 0x71), 4, 1 << 0x11));
    machine.expectNothing();
    assertThat(taken).hasCount(0);
    guest.guest().setCr8(4);
    assertThat(taken).hasVectors(0x51, 0x71);
  }

  @Test
  @Covers("APICV-EVAL-007")
  void raisingTheTaskPriorityWithdrawsIt(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0x51, 0, 0, false);
    guest.vcpu().enter();
    guest.guest().setCr8(6);
    guest.guest().sti();
    machine.expectNothing();
    guest.guest().start(new Instruction.MovToCr8(0));
    guest.guest().serve(0x51);
  }
}
