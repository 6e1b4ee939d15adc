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
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/** NMIs that meet a guest (Intel SDM Vol. 3C, "Other Causes of VM Exits"). */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class GuestNmiTests {
  private static final int SOFTWARE = 0x60;

  @Test
  @Covers("VMX-NMI-001")
  void withoutExitingTheGuestTakesIt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().clear(VmxControl.NMI_EXITING).enter();
    vcpu.guest().cli();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.guest().takeNmi()).isNmi().interruptedWithInterruptsDisabled();
    // it blocks the next one until IRET
    Ipis.nmi(machine.cpu(1), cpu);
    machine.expectNothing();
    vcpu.guest().iret();
    vcpu.guest().takeNmi();
    vcpu.guest().iret();
    machine.expectNothing();
  }

  @Test
  @Covers("VMX-NMI-002")
  void withExitingItExits(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    for (int i = 0; i < 3; i++) {
      Ipis.nmi(machine.cpu(1), cpu);
      assertThat(vcpu.exit())
          .hasReason(ExitReason.EXCEPTION_OR_NMI)
          .hasQualification(0)
          .hasInterruption(InterruptionType.NMI, Exceptions.NMI)
          .hasNoIdtVectoring()
          .hasInterruptibility(0);
      vcpu.resume();
      machine.expectNothing();
    }
  }

  @Test
  @Covers("VMX-NMI-003")
  void exitLeavesNmisBlockedInTheHostUntilIret(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    Ipis.nmi(machine.cpu(1), cpu);
    vcpu.exit(ExitReason.EXCEPTION_OR_NMI);
    Ipis.nmi(machine.cpu(1), cpu);
    machine.expectNothing();
    cpu.start(new Instruction.Int(SOFTWARE));
    cpu.takeSoftwareInterrupt(SOFTWARE);
    machine.expectNothing();
    cpu.iret();
    cpu.takeNmi();
    cpu.iret();
    machine.expectNothing();
  }

  @Test
  @Covers("VMX-NMI-003")
  void exitForAnotherReasonDoesNotBlockNmis(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    vcpu.leave();
    Ipis.nmi(machine.cpu(1), cpu);
    cpu.takeNmi();
    cpu.iret();
    machine.expectNothing();
  }

  @Test
  @Covers("VMX-NMI-004")
  void blockingOfTheGuestStateHoldsNmisUntilItsIret(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().clear(VmxControl.NMI_EXITING);
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    vcpu.enter();
    Ipis.nmi(machine.cpu(1), cpu);
    machine.expectNothing();
    assertThat(vcpu.leave()).hasInterruptibility(Interruptibility.BLOCKING_BY_NMI);
    // the blocking is real: it goes on in the host
    machine.expectNothing();
    vcpu.resume();
    vcpu.guest().start(new Instruction.Int(SOFTWARE));
    vcpu.guest().takeSoftwareInterrupt(SOFTWARE);
    machine.expectNothing();
    vcpu.guest().iret();
    vcpu.guest().takeNmi();
    vcpu.guest().iret();
    assertThat(vcpu.leave()).hasInterruptibility(0);
  }

  @Test
  @Covers("VMX-NMI-004")
  void blockingOfTheGuestStateHoldsNmiExits(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    vcpu.enter();
    Ipis.nmi(machine.cpu(1), cpu);
    machine.expectNothing();
    assertThat(vcpu.leave()).hasInterruptibility(Interruptibility.BLOCKING_BY_NMI);
    machine.expectNothing();
    GuestFields.interruptibility(vcpu, 0);
    assertThat(vcpu.enterUntilExit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, Exceptions.NMI)
        .hasInterruptibility(0);
  }

  @Test
  @Covers("VMX-NMI-005")
  void iretEndsBlockingWithoutNmiExiting(Cpu cpu) {
    verifyIret(cpu.vmx().newVcpu().clear(VmxControl.NMI_EXITING), 0);
  }

  @Test
  @Covers("VMX-NMI-005")
  void iretLeavesBlockingWithNmiExiting(Cpu cpu) {
    verifyIret(cpu.vmx().newVcpu(), Interruptibility.BLOCKING_BY_NMI);
  }

  @Test
  @Requires(Feature.VIRTUAL_NMIS)
  @Covers("VMX-NMI-005")
  void iretEndsVirtualBlocking(Cpu cpu) {
    verifyIret(cpu.vmx().newVcpu().set(VmxControl.VIRTUAL_NMIS), 0);
  }

  private static void verifyIret(Vcpu vcpu, int expected) {
    vcpu.enter();
    vcpu.leave();
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    vcpu.resume();
    vcpu.guest().start(new Instruction.Int(SOFTWARE));
    vcpu.guest().takeSoftwareInterrupt(SOFTWARE);
    assertThat(vcpu.leave()).hasInterruptibility(Interruptibility.BLOCKING_BY_NMI);
    vcpu.resume();
    vcpu.guest().iret();
    assertThat(vcpu.leave()).hasInterruptibility(expected);
    // IRET that faults has the same effect
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    vcpu.resume();
    assertThat(vcpu.guest().attempt(new Instruction.IretToBadSelector()))
        .raises(Exceptions.GP, Instruction.IretToBadSelector.SELECTOR);
    assertThat(vcpu.leave()).hasInterruptibility(expected);
  }

  @Test
  @Requires(Feature.HLT_ACTIVITY)
  @Covers("VMX-NMI-009")
  void endsTheHaltedStateThatTheGuestBeganWith(Machine machine, Cpu cpu) {
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    GuestFields.activity(guest.vcpu(), ActivityState.HLT);
    guest.vcpu().enter();
    machine.expectNothing();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, Exceptions.NMI)
        .isAt(guest.run(), StoppedGuest.NEXT)
        .hasActivity(ActivityState.HLT);
  }

  @Test
  @Requires(Feature.SHUTDOWN_ACTIVITY)
  @Covers("VMX-NMI-009")
  void isDeliveredInShutdown(Machine machine, Cpu cpu) {
    StoppedGuest guest =
        StoppedGuest.before(
            cpu.vmx().newVcpu().clear(VmxControl.NMI_EXITING), new Instruction.Nop());
    GuestFields.activity(guest.vcpu(), ActivityState.SHUTDOWN);
    guest.vcpu().enter();
    machine.expectNothing();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(guest.vcpu().guest().takeNmi()).interruptedAt(guest.run(), StoppedGuest.NEXT);
    guest.vcpu().guest().iret();
    guest.run().values();
  }

  @Test
  @Requires(Feature.WAIT_FOR_SIPI_ACTIVITY)
  @Covers("VMX-NMI-009")
  void waitForSipiHoldsIt(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.activity(vcpu, ActivityState.WAIT_FOR_SIPI);
    vcpu.enter();
    Ipis.nmi(machine.cpu(0), cpu);
    machine.expectNothing();
    Ipis.startup(machine.cpu(0), cpu, 0x9A);
    vcpu.exit(ExitReason.SIPI);
    // whether the host gets it now is open
    if (cpu.hasUntakenInterrupt()) {
      cpu.takeNmi();
      cpu.iret();
    }
    machine.expectNothing();
  }

  @Test
  @Covers("VMX-NMI-010")
  @Ports({"KUT-VMX-NMI-002", "KUT-VMX-NMI-003"})
  void exitFromHltIsBehindIt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    BlockRun run = vcpu.guest().start(new Instruction.Hlt(), new Instruction.Nop());
    machine.expectNothing();
    assertThat(run.running()).as("halted").isTrue();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.exit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, Exceptions.NMI)
        .isAt(run, 1)
        .hasActivity(ActivityState.HLT);
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    vcpu.resume();
    run.values();
    machine.expectNothing();
  }

  @Test
  @Covers({"VMX-NMI-001", "VMX-ACT-004"})
  @Ports("KUT-VMX-NMI-001")
  void deliveryEndsHlt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().clear(VmxControl.NMI_EXITING).enter();
    BlockRun run = vcpu.guest().start(new Instruction.Hlt(), new Instruction.Nop());
    machine.expectNothing();
    assertThat(run.running()).as("halted").isTrue();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.guest().takeNmi()).interruptedAt(run, 1);
    vcpu.guest().iret();
    run.values();
  }
}
