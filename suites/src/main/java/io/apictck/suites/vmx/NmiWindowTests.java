package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/** NMI-window exiting (Intel SDM Vol. 3C, "Other Causes of VM Exits"). */
@Conformance
@OnMachine(processors = 2)
@Requires(
    value = {Feature.VMX, Feature.VIRTUAL_NMIS},
    stimuli = Stimulus.VM_ENTRY)
final class NmiWindowTests {
  private static final int NOP = StoppedGuest.NEXT;

  /** Before NOP, VMCALL; virtual NMIs and NMI-window exiting are 1. */
  private static StoppedGuest stopped(Cpu cpu) {
    StoppedGuest guest =
        StoppedGuest.before(
            cpu.vmx().newVcpu().set(VmxControl.VIRTUAL_NMIS),
            new Instruction.Nop(),
            new Instruction.Vmcall());
    guest.vcpu().set(VmxControl.NMI_WINDOW_EXITING);
    return guest;
  }

  private static VmExit window(Vcpu vcpu) {
    VmExit exit = vcpu.enterUntilExit();
    assertThat(exit)
        .hasReason(ExitReason.NMI_WINDOW)
        .hasQualification(0)
        .hasNoInterruption()
        .hasNoIdtVectoring();
    return exit;
  }

  @Test
  @Covers("VMX-WIN-007")
  @Ports("KUT-VMX-NMIW-001")
  void openWindowExitsBeforeTheFirstInstructionAtEveryEntry(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    for (int i = 0; i < 3; i++) {
      assertThat(window(guest.vcpu())).isAt(guest.run(), NOP);
    }
    guest.vcpu().clear(VmxControl.NMI_WINDOW_EXITING);
    assertThat(guest.vcpu().enterUntilExit())
        .hasReason(ExitReason.VMCALL)
        .isAt(guest.run(), NOP + 1);
  }

  @Test
  @Covers("VMX-WIN-007")
  @Ports("KUT-VMX-NMIW-002")
  void movSsDelaysItByOneInstruction(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    GuestFields.interruptibility(guest.vcpu(), Interruptibility.BLOCKING_BY_MOV_SS);
    assertThat(window(guest.vcpu())).isAt(guest.run(), NOP + 1).hasInterruptibility(0);
  }

  @Test
  @Records
  @Covers("VMX-WIN-008")
  void recordsWhetherStiDelaysIt(Machine machine, Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    GuestFields.interruptFlag(guest.vcpu(), true);
    GuestFields.interruptibility(guest.vcpu(), Interruptibility.BLOCKING_BY_STI);
    int delay = window(guest.vcpu()).place().index() - NOP;
    machine.observe("instructions before an NMI-window exit with blocking by STI", delay);
    assertThat(delay).as("instructions before the exit").isBetween(0, 1);
  }

  @Test
  @Covers({"VMX-WIN-007", "VMX-WIN-009"})
  @Ports({"KUT-VMX-NMIW-003", "KUT-VMX-NMIW-004"})
  void injectedEventIsDeliveredFirstAndBlockingLastsUntilIret(Machine machine, Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    GuestFields.inject(vcpu, InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    verifyExitInTheHandler(guest);
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    vcpu.resume();
    machine.expectNothing();
    vcpu.guest().iret();
    assertThat(vcpu.exit()).hasReason(ExitReason.NMI_WINDOW).isAt(guest.run(), NOP);
  }

  @Test
  @Covers({"VMX-WIN-007", "VMX-NMI-006"})
  void injectedNmiClosesItUntilIret(Machine machine, Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    GuestFields.inject(vcpu, InterruptionType.NMI, Exceptions.NMI);
    vcpu.enter();
    assertThat(vcpu.guest().takeNmi()).interruptedAt(guest.run(), NOP);
    machine.expectNothing();
    vcpu.guest().iret();
    assertThat(vcpu.exit()).hasReason(ExitReason.NMI_WINDOW).isAt(guest.run(), NOP);
  }

  private static void verifyExitInTheHandler(StoppedGuest guest) {
    guest.vcpu().enter();
    VmExit exit = guest.vcpu().exit(ExitReason.NMI_WINDOW);
    assertThat(guest.vcpu().guest().takeTrap(Exceptions.DB)).interruptedAt(guest.run(), NOP);
    assertThat(exit.place()).as("place in the handler").isEqualTo(Place.IDLE);
    assertThat(exit).hasQualification(0).hasNoInterruption().hasActivity(ActivityState.ACTIVE);
  }

  @Test
  @Requires(Feature.HLT_ACTIVITY)
  @Covers({"VMX-WIN-009", "VMX-ACT-004"})
  @Ports({"KUT-VMX-NMIW-005", "KUT-VMX-NMIW-006"})
  void endsTheHaltedStateAfterInjection(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    GuestFields.activity(guest.vcpu(), ActivityState.HLT);
    assertThat(window(guest.vcpu())).isAt(guest.run(), NOP).hasActivity(ActivityState.HLT);
    GuestFields.inject(guest.vcpu(), InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    verifyExitInTheHandler(guest);
  }

  @Test
  @Requires(Feature.SHUTDOWN_ACTIVITY)
  @Covers("VMX-WIN-009")
  void endsShutdown(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    GuestFields.activity(guest.vcpu(), ActivityState.SHUTDOWN);
    assertThat(window(guest.vcpu())).isAt(guest.run(), NOP);
  }

  @Test
  @Requires(Feature.WAIT_FOR_SIPI_ACTIVITY)
  @Covers("VMX-WIN-009")
  void waitForSipiHoldsIt(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.VIRTUAL_NMIS, VmxControl.NMI_WINDOW_EXITING);
    GuestFields.activity(vcpu, ActivityState.WAIT_FOR_SIPI);
    vcpu.enter();
    machine.expectNothing();
    Ipis.startup(machine.cpu(0), cpu, 0x9A);
    assertThat(vcpu.exit()).hasReason(ExitReason.SIPI);
  }

  @Test
  @Covers({"VMX-WIN-010", "VMX-WIN-005"})
  void comesBeforeTheInterruptWindow(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    assertThat(window(vcpu)).isAt(guest.run(), NOP);
    vcpu.clear(VmxControl.NMI_WINDOW_EXITING);
    assertThat(vcpu.enterUntilExit())
        .hasReason(ExitReason.INTERRUPT_WINDOW)
        .hasQualification(0)
        .hasNoInterruption()
        .isAt(guest.run(), NOP);
  }

  @Test
  @Covers({"VMX-WIN-010", "VMX-WIN-005"})
  void comesBeforeAPendingNmiWhichComesBeforeTheInterruptWindow(Machine machine, Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    vcpu.clear(VmxControl.NMI_WINDOW_EXITING);
    vcpu.resume();
    vcpu.skip(vcpu.exit(ExitReason.VMCALL));
    vcpu.resume();
    Ipis.nmi(machine.cpu(1), cpu);
    vcpu.exit(ExitReason.EXCEPTION_OR_NMI);
    // blocked by the exit: it waits for the entry
    Ipis.nmi(machine.cpu(1), cpu);
    machine.expectNothing();
    vcpu.set(VmxControl.NMI_WINDOW_EXITING, VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    vcpu.enter();
    vcpu.exit(ExitReason.NMI_WINDOW);
    // the entry has ended the blocking
    cpu.takeNmi();
    cpu.iret();
    vcpu.clear(VmxControl.NMI_WINDOW_EXITING, VmxControl.INTERRUPT_WINDOW_EXITING);
    vcpu.resume();
    Ipis.nmi(machine.cpu(1), cpu);
    vcpu.exit(ExitReason.EXCEPTION_OR_NMI);
    Ipis.nmi(machine.cpu(1), cpu);
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    assertThat(vcpu.enterUntilExit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, Exceptions.NMI);
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.INTERRUPT_WINDOW);
  }
}
