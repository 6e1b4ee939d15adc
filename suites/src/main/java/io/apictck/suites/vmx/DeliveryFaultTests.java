package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What VM exits tell of an event that was on its way (Intel SDM Vol. 3C, "Information for VM Exits
 * During Event Delivery").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class DeliveryFaultTests {
  private static final int VECTOR = 0x61;
  private static final int ALIGNMENT_CHECK = 17;
  private static final int INT_LENGTH = 2;

  /** Bit 0 of an error code: the event came from outside of the program; bit 1: a gate. */
  private static final int EXT = 1;

  private static final int GATE = 2;

  /** A guest whose IDT ends before a vector, and whose #GP exits. */
  private static Vcpu withShortIdt(Cpu cpu, int end) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.intercept(vcpu, Exceptions.GP);
    GuestFields.endIdtBefore(vcpu, end);
    return vcpu;
  }

  private static void verifyProtectionFault(VmExit exit, int errorCode) {
    assertThat(exit).hasReason(ExitReason.EXCEPTION_OR_NMI);
    assertThat(exit.interruption().raw() & ~InterruptionInformation.NMI_UNBLOCKING)
        .as("interruption information")
        .isEqualTo(
            InterruptionInformation.of(InterruptionType.HARDWARE_EXCEPTION, Exceptions.GP)
                .withErrorCode()
                .raw());
    assertThat(exit.interruptionErrorCode()).as("error code").isEqualTo(errorCode);
  }

  @Test
  @Covers({"VMX-INJ-023", "VMX-INFO-002"})
  void injectedInterruptIsDescribed(Cpu cpu) {
    StoppedGuest guest = StoppedGuest.before(withShortIdt(cpu, 0x60), new Instruction.Nop());
    GuestFields.interruptFlag(guest.vcpu(), true);
    GuestFields.inject(guest.vcpu(), InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    VmExit exit = guest.vcpu().enterUntilExit();
    verifyProtectionFault(exit, VECTOR << 3 | GATE | EXT);
    assertThat(exit)
        .hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, VECTOR)
        .isAt(guest.run(), StoppedGuest.NEXT);
    guest.finish();
  }

  @Test
  @Covers({"VMX-INJ-023", "VMX-INFO-002"})
  void injectedExceptionIsDescribedWithItsErrorCode(Cpu cpu) {
    Vcpu vcpu = withShortIdt(cpu, ALIGNMENT_CHECK);
    InterruptionInformation event =
        InterruptionInformation.of(InterruptionType.HARDWARE_EXCEPTION, ALIGNMENT_CHECK)
            .withErrorCode();
    GuestFields.inject(vcpu, event);
    vcpu.write(VmcsField.ENTRY_EXCEPTION_ERROR_CODE, 0);
    VmExit exit = vcpu.enterUntilExit();
    verifyProtectionFault(exit, ALIGNMENT_CHECK << 3 | GATE | EXT);
    assertThat(exit.idtVectoring().raw() & ~InterruptionInformation.NMI_UNBLOCKING)
        .as("IDT-vectoring information")
        .isEqualTo(event.raw());
    assertThat(exit.read(VmcsField.IDT_VECTORING_ERROR_CODE)).as("its error code").isZero();
  }

  @Test
  @Covers({"VMX-INJ-023", "VMX-INFO-004"})
  void injectedSoftwareInterruptIsDescribedWithItsLength(Cpu cpu) {
    StoppedGuest guest =
        StoppedGuest.before(
            withShortIdt(cpu, 0x60), List.of(new Instruction.Int(VECTOR), new Instruction.Nop()));
    Vcpu vcpu = guest.vcpu();
    GuestFields.inject(vcpu, InterruptionType.SOFTWARE_INTERRUPT, VECTOR);
    vcpu.write(VmcsField.ENTRY_INSTRUCTION_LENGTH, INT_LENGTH);
    verifyAndInjectAgain(guest, vcpu.enterUntilExit());
  }

  @Test
  @Covers({"VMX-INFO-002", "VMX-INFO-004", "VMX-INFO-005"})
  void softwareInterruptIsDescribedWithItsLengthAndCanBeInjected(Cpu cpu) {
    StoppedGuest guest =
        StoppedGuest.before(
            withShortIdt(cpu, 0x60), new Instruction.Int(VECTOR), new Instruction.Nop());
    verifyAndInjectAgain(guest, guest.vcpu().enterUntilExit());
  }

  private static void verifyAndInjectAgain(StoppedGuest guest, VmExit exit) {
    Vcpu vcpu = guest.vcpu();
    verifyProtectionFault(exit, VECTOR << 3 | GATE);
    assertThat(exit)
        .hasIdtVectoring(InterruptionType.SOFTWARE_INTERRUPT, VECTOR)
        .isAt(guest.run(), StoppedGuest.NEXT);
    assertThat(exit.instructionLength()).as("instruction length").isEqualTo(INT_LENGTH);
    GuestFields.endIdtBefore(vcpu, 0x100);
    GuestFields.inject(
        vcpu,
        InterruptionInformation.of(
            exit.idtVectoring().raw() & ~InterruptionInformation.NMI_UNBLOCKING));
    vcpu.write(VmcsField.ENTRY_INSTRUCTION_LENGTH, exit.instructionLength());
    vcpu.enter();
    assertThat(vcpu.guest().takeSoftwareInterrupt(VECTOR))
        .interruptedAt(guest.run(), StoppedGuest.NEXT + 1);
    vcpu.guest().iret();
    guest.run().values();
  }

  @InEachApicMode
  @Covers("VMX-INFO-002")
  void interruptOfTheLocalApicIsDescribed(Cpu cpu) {
    Vcpu vcpu = withShortIdt(cpu, 0x60).clear(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    cpu.lapic().sendSelfIpi(VECTOR);
    VmExit exit = vcpu.enterUntilExit();
    verifyProtectionFault(exit, VECTOR << 3 | GATE | EXT);
    assertThat(exit).hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    cpu.lapic().eoi();
  }

  @Test
  @Requires({Feature.VIRTUALIZE_APIC_ACCESSES, Feature.HLT_ACTIVITY})
  @Covers({"VMX-INFO-002", "VMX-ACT-005"})
  void stackInTheApicAccessPageExitsFromDeliveryInTheActiveState(Cpu cpu) {
    Vcpu vcpu =
        ApicGuest.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES)
            .vcpu()
            .clear(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    vcpu.write(VmcsField.GUEST_RSP, vcpu.read(VmcsField.APIC_ACCESS_ADDRESS) + 0x800);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.activity(vcpu, ActivityState.HLT);
    cpu.lapic().sendSelfIpi(VECTOR);
    VmExit exit = vcpu.enterUntilExit();
    assertThat(exit)
        .hasReason(ExitReason.APIC_ACCESS)
        .hasNoInterruption()
        .hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, VECTOR)
        .hasActivity(ActivityState.ACTIVE)
        .hasInterruptibility(0);
    assertThat(exit.qualification() >>> 12)
        .as("access type")
        .isEqualTo(ApicAccessType.EVENT_DELIVERY.number());
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    cpu.lapic().eoi();
  }

  @Test
  @Covers("VMX-INFO-003")
  void doubleFaultThatExitsDescribesNoOther(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.intercept(vcpu, Exceptions.DF);
    GuestFields.endIdtBefore(vcpu, Exceptions.GP);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    VmExit exit = vcpu.enterUntilExit();
    assertThat(exit).hasReason(ExitReason.EXCEPTION_OR_NMI).hasNoIdtVectoring();
    assertThat(exit.interruption().vector()).as("vector").isEqualTo(Exceptions.DF);
    assertThat(exit.interruption().hasErrorCode()).as("error code valid").isTrue();
    assertThat(exit.interruptionErrorCode()).as("error code").isZero();
  }

  @Test
  @Covers("VMX-INFO-003")
  void tripleFaultExitsWithoutDescription(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.endIdtBefore(vcpu, Exceptions.DF);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    assertThat(vcpu.enterUntilExit())
        .hasReason(ExitReason.TRIPLE_FAULT)
        .hasQualification(0)
        .hasNoInterruption()
        .hasNoIdtVectoring();
  }

  @InEachApicMode
  @Covers("VMX-INFO-003")
  void eventsThatExitThemselvesAreNotDescribed(Machine machine, Cpu cpu) {
    // leaves valid IDT-vectoring information behind
    Vcpu vcpu = withShortIdt(cpu, 0x60).set(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    assertThat(vcpu.enterUntilExit()).hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    vcpu.resume();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    assertThat(vcpu.exit())
        .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, VECTOR)
        .hasNoIdtVectoring();
    cpu.lapic().eoi();
    vcpu.resume();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.exit())
        .hasInterruption(InterruptionType.NMI, Exceptions.NMI)
        .hasNoIdtVectoring();
    GuestFields.intercept(vcpu, Exceptions.UD);
    vcpu.resume();
    assertThat(vcpu.run(new Instruction.Ud2()))
        .hasInterruption(InterruptionType.HARDWARE_EXCEPTION, Exceptions.UD)
        .hasNoIdtVectoring();
  }
}
