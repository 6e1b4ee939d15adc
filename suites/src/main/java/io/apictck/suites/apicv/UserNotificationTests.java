package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Msr;
import io.apictck.arch.VectorSet;
import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.UserThread;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.Test;

/**
 * Virtual interrupts that are notifications of user interrupts (SDM, "Virtual-Interrupt Delivery";
 * Vol. 3A, "User-Interrupt Notification Identification").
 */
@Conformance
@Requires({
  Feature.VIRTUAL_INTERRUPT_DELIVERY,
  Feature.VIRTUALIZE_X2APIC_MODE,
  Feature.USER_INTERRUPTS
})
final class UserNotificationTests {
  private static final int UINV = UserThread.UINV;
  private static final int IN_SERVICE = 0x31;
  private static final long REQUESTS = 1L << 3 | 1L << 63;
  private static final long SN = UserPostedInterruptDescriptor.SN;

  /** A guest that has a vector in service; all EOIs would exit. */
  private static ApicGuest guest(Cpu cpu, int rvi) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.setEoiExits(Vectors.range(0, 0xFF));
    guest.page().setVirr(rvi == 0 ? VectorSet.of() : VectorSet.of(rvi));
    guest.page().setVisr(VectorSet.of(IN_SERVICE));
    guest.prepare(rvi, IN_SERVICE, 0, true);
    return guest;
  }

  private static UserThread thread(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    thread.descriptor().setPir(REQUESTS);
    thread.descriptor().setControl(SN | UserPostedInterruptDescriptor.ON);
    return thread;
  }

  private static void verifyProcessed(ApicGuest guest, UserThread thread) {
    assertThat(guest.page().virr()).as("VIRR").isEmptySet();
    assertThat(guest.page().visr()).as("VISR").containsExactlyVectors(IN_SERVICE);
    assertThat(guest.rvi()).as("RVI").isZero();
    assertThat(guest.svi()).as("SVI").isEqualTo(IN_SERVICE);
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(IN_SERVICE & 0xF0);
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUESTS);
    assertThat(thread.descriptor().pir()).as("PIR").isZero();
    assertThat(thread.descriptor().control()).as("control bits").isEqualTo(SN);
  }

  private static void verifyUntouched(UserThread thread) {
    assertThat(thread.requests()).as("UIRR").isZero();
    assertThat(thread.descriptor().pir()).as("PIR").isEqualTo(REQUESTS);
  }

  @Test
  @Covers("APICV-DELV-013")
  void isProcessedAndDismissedWithoutAnExit(Machine machine, Cpu cpu) {
    UserThread thread = thread(cpu);
    ApicGuest guest = guest(cpu, UINV);
    UserThread.enable(guest.vcpu(), true);
    guest.vcpu().enter();
    machine.expectNothing();
    guest.vcpu().leave();
    verifyProcessed(guest, thread);
  }

  @Test
  @Covers("APICV-DELV-013")
  void isProcessedBehindTheSelfIpiThatRequestsIt(Cpu cpu) {
    UserThread thread = thread(cpu);
    ApicGuest guest = guest(cpu, 0);
    UserThread.enable(guest.vcpu(), true);
    guest.vcpu().enter();
    long[] requests =
        guest
            .guest()
            .run(
                new Instruction.Wrmsr(Guests.SELF_IPI, UINV),
                new Instruction.Rdmsr(Msr.IA32_UINTR_RR));
    assertThat(requests[1] << Integer.SIZE | requests[0]).as("UIRR").isEqualTo(REQUESTS);
    guest.vcpu().leave();
    verifyProcessed(guest, thread);
  }

  @Test
  @Covers("APICV-DELV-013")
  void otherVectorsAreInterrupts(Cpu cpu) {
    UserThread thread = thread(cpu);
    ApicGuest guest = guest(cpu, UINV - 1);
    UserThread.enable(guest.vcpu(), true);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(UINV - 1);
    guest.vcpu().leave();
    assertThat(guest.page().visr()).containsExactlyVectors(IN_SERVICE, UINV - 1);
    verifyUntouched(thread);
  }

  @Test
  @Covers("APICV-DELV-013")
  void withoutUserInterruptsInTheGuestItIsAnInterrupt(Cpu cpu) {
    UserThread thread = thread(cpu);
    ApicGuest guest = guest(cpu, UINV);
    UserThread.enable(guest.vcpu(), false);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(UINV);
    guest.vcpu().leave();
    assertThat(guest.page().visr()).containsExactlyVectors(IN_SERVICE, UINV);
    verifyUntouched(thread);
  }

  @Test
  @Covers("APICV-DELV-013")
  void waitsForTheInterruptFlag(Machine machine, Cpu cpu) {
    UserThread thread = thread(cpu);
    ApicGuest guest = guest(cpu, UINV);
    UserThread.enable(guest.vcpu(), true);
    guest.vcpu().setInterruptFlag(false);
    guest.vcpu().enter();
    machine.expectNothing();
    guest.vcpu().leave();
    verifyUntouched(thread);
    assertThat(guest.page().virr()).as("VIRR").containsExactlyVectors(UINV);
    guest.vcpu().setInterruptFlag(true);
    guest.vcpu().enter();
    guest.vcpu().leave();
    verifyProcessed(guest, thread);
  }
}
