package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Place;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/**
 * The TPR threshold at VM entry (Intel SDM Vol. 3C, "VM Exits Induced by the TPR Threshold"). While
 * the exit comes the guest does not execute an instruction.
 */
@SuppressWarnings("EnumOrdinal") // the ordinals are the numbers of the manual
@Conformance
@Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES})
final class TprThresholdAtEntryTests {
  private static final int INJECTED = 0x51;
  private static final int CLASSES = 16;

  private static ApicGuest guest(Cpu cpu, VmxControl... more) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    guest.vcpu().set(more);
    return guest;
  }

  /** The guest has a deliverable reason to exit at entry: VTPR 40h, threshold 5. */
  private static void lower(ApicGuest guest) {
    guest.page().setVtpr(0x4F);
    guest.vcpu().write(VmcsField.TPR_THRESHOLD, 5);
  }

  private static VmExit exit(ApicGuest guest) {
    VmExit exit = guest.vcpu().enterUntilExit();
    assertIsOfThreshold(exit);
    return exit;
  }

  private static void assertIsOfThreshold(VmExit exit) {
    assertThat(exit)
        .hasReason(ExitReason.TPR_BELOW_THRESHOLD)
        .hasQualification(0)
        .hasNoInterruption()
        .hasNoIdtVectoring();
  }

  @Test
  @Sweep
  @Covers({"FLEX-THR-005", "FLEX-THR-010"})
  void entryWithALowerPriorityThanTheThresholdExits(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    long rip = guest.vcpu().read(VmcsField.GUEST_RIP);
    cases.range(
        0,
        CLASSES * CLASSES - 1,
        both -> {
          int threshold = both >>> 4;
          int priority = both & 0xF;
          guest.page().setVtpr(priority << 4 | 0xF);
          guest.vcpu().write(VmcsField.TPR_THRESHOLD, threshold);
          if (priority < threshold) {
            VmExit exit = exit(guest);
            assertThat(exit.rip()).as("guest RIP").isEqualTo(rip);
            assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(priority << 4 | 0xF);
          } else {
            guest.vcpu().enter();
            guest.vcpu().leave();
            guest.vcpu().restart();
          }
        });
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers({"FLEX-THR-005", "APICV-TPR-002"})
  void entryDoesNotCompareWithVirtualInterruptDelivery(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(
            cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    guest.page().setVtpr(0);
    guest.vcpu().enter();
    guest.vcpu().leave();
    guest.vcpu().write(VmcsField.TPR_THRESHOLD, 0xF);
    guest.vcpu().enter();
    guest.vcpu().leave();
  }

  @Test
  @Covers("FLEX-THR-007")
  void theExitComesBehindAnInjectedInterrupt(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().enter();
    guest.guest().sti();
    guest.vcpu().leave();
    lower(guest);
    guest
        .vcpu()
        .write(
            VmcsField.ENTRY_INTERRUPTION_INFORMATION,
            Integer.toUnsignedLong(
                InterruptionInformation.of(InterruptionType.EXTERNAL_INTERRUPT, INJECTED).raw()));
    VmExit exit = guest.vcpu().enterUntilExit();
    assertThat(guest.guest().takeInterrupt(INJECTED)).interruptedWithInterruptsEnabled();
    assertIsOfThreshold(exit);
    assertThat(exit.place()).as("where guest RIP points to").isEqualTo(Place.IDLE);
    guest.page().setVtpr(0x50);
    guest.vcpu().enter();
    guest.guest().iret();
    guest.guest().cli();
    guest.vcpu().leave();
  }

  @Test
  @Covers("FLEX-THR-007")
  void theExitWakesAHaltedGuest(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    lower(guest);
    guest.vcpu().write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.HLT.ordinal());
    exit(guest);
  }

  @Test
  @Covers("FLEX-THR-008")
  void theExitComesBeforeThoseOfOpenWindows(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().enter();
    guest.guest().sti();
    guest.vcpu().leave();
    guest.vcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING);
    lower(guest);
    long rip = exit(guest).rip();
    guest.page().setVtpr(0x50);
    VmExit exit = guest.vcpu().enterUntilExit();
    assertThat(exit).hasReason(ExitReason.INTERRUPT_WINDOW);
    assertThat(exit.rip()).as("guest RIP").isEqualTo(rip);
  }

  @Test
  @Requires(Feature.VIRTUAL_NMIS)
  @Covers("FLEX-THR-008")
  void theExitComesBeforeThatOfTheNmiWindow(Cpu cpu) {
    ApicGuest guest =
        guest(cpu, VmxControl.NMI_EXITING, VmxControl.VIRTUAL_NMIS, VmxControl.NMI_WINDOW_EXITING);
    lower(guest);
    exit(guest);
    guest.page().setVtpr(0x50);
    assertThat(guest.vcpu().enterUntilExit()).hasReason(ExitReason.NMI_WINDOW);
  }
}
