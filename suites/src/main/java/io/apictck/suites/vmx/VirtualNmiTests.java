package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/**
 * Injected NMIs and virtual-NMI blocking (Intel SDM Vol. 3C, "Pin-Based VM-Execution Controls").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class VirtualNmiTests {
  @Test
  @Covers("VMX-NMI-012")
  void injectedNmiNeverExits(Machine machine, Cpu cpu) {
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    GuestFields.inject(guest.vcpu(), InterruptionType.NMI, Exceptions.NMI);
    guest.vcpu().enter();
    assertThat(guest.vcpu().guest().takeNmi())
        .isNmi()
        .interruptedAt(guest.run(), StoppedGuest.NEXT);
    guest.vcpu().guest().iret();
    guest.run().values();
    machine.expectNothing();
  }

  @Test
  @Requires(Feature.VIRTUAL_NMIS)
  @Covers("VMX-NMI-006")
  void blockingIsSetByInjectionAndEndedByIret(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.VIRTUAL_NMIS).enter();
    assertThat(vcpu.leave()).hasInterruptibility(0);
    GuestFields.inject(vcpu, InterruptionType.NMI, Exceptions.NMI);
    vcpu.enter();
    vcpu.guest().takeNmi();
    assertThat(vcpu.leave()).hasInterruptibility(Interruptibility.BLOCKING_BY_NMI);
    vcpu.resume();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.exit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, Exceptions.NMI)
        .hasInterruptibility(Interruptibility.BLOCKING_BY_NMI);
    vcpu.resume();
    vcpu.guest().iret();
    assertThat(vcpu.leave()).hasInterruptibility(0);
  }

  @Test
  @Requires(Feature.VIRTUAL_NMIS)
  @Covers({"VMX-NMI-006", "VMX-NMI-003"})
  void virtualBlockingIsNotThatOfTheHost(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.VIRTUAL_NMIS);
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    vcpu.enter();
    assertThat(vcpu.leave()).hasInterruptibility(Interruptibility.BLOCKING_BY_NMI);
    Ipis.nmi(machine.cpu(1), cpu);
    cpu.takeNmi();
    cpu.iret();
    machine.expectNothing();
  }

  @Test
  @Requires(Feature.VIRTUAL_NMIS)
  @Covers("VMX-NMI-007")
  void exitOfAFaultingIretTellsThatItEndedBlocking(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.VIRTUAL_NMIS);
    GuestFields.intercept(vcpu, Exceptions.GP);
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    vcpu.enter();
    InterruptionInformation blocked = faultingIret(vcpu);
    assertThat(blocked.nmiUnblocking()).as("bit 12 of %08xh", blocked.raw()).isTrue();
    GuestFields.interruptibility(vcpu, 0);
    vcpu.resume();
    InterruptionInformation unblocked = faultingIret(vcpu);
    assertThat(unblocked.nmiUnblocking()).as("bit 12 of %08xh", unblocked.raw()).isFalse();
  }

  private static InterruptionInformation faultingIret(Vcpu vcpu) {
    VmExit exit = vcpu.run(new Instruction.IretToBadSelector());
    assertThat(exit).hasReason(ExitReason.EXCEPTION_OR_NMI);
    vcpu.skip(exit);
    InterruptionInformation seen = exit.interruption();
    assertThat(seen.vector()).as("vector of the exception").isEqualTo(Exceptions.GP);
    assertThat(seen.hasErrorCode()).as("error code valid").isTrue();
    return seen;
  }

  @Test
  @Records
  @Covers("VMX-NMI-008")
  void recordsTheUnblockingBitWithoutVirtualNmis(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.intercept(vcpu, Exceptions.GP);
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    vcpu.enter();
    machine.observe(
        "bit 12 after a faulting IRET with NMI exiting and without virtual NMIs",
        faultingIret(vcpu).nmiUnblocking());
  }
}
