package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** What an injected event does (Intel SDM Vol. 3C, "Event Injection"). */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class InjectionEffectTests {
  private static final int VECTOR = 0x61;
  private static final int LONGEST = 15;

  private static StoppedGuest stopped(Vcpu vcpu) {
    return StoppedGuest.before(vcpu, Collections.nCopies(LONGEST + 1, new Instruction.Nop()));
  }

  private static InterruptFrame taken(Vcpu vcpu, InterruptionType type, int vector) {
    return switch (type) {
      case EXTERNAL_INTERRUPT -> vcpu.guest().takeInterrupt(vector);
      case NMI -> vcpu.guest().takeNmi();
      case SOFTWARE_INTERRUPT -> vcpu.guest().takeSoftwareInterrupt(vector);
      case HARDWARE_EXCEPTION, PRIVILEGED_SOFTWARE_EXCEPTION, SOFTWARE_EXCEPTION ->
          vcpu.guest().takeTrap(vector);
      default -> throw new IllegalArgumentException("no handler takes " + type);
    };
  }

  @Test
  @Sweep
  @Covers({"VMX-INJ-020", "VMX-INJ-022"})
  void externalInterruptIsDeliveredWithTheStateThatWasLoaded(Cpu cpu, Cases cases) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    cases.range(
        0x20, 0xFF, vector -> verifyFrame(vcpu, InterruptionType.EXTERNAL_INTERRUPT, vector));
  }

  @Test
  @Covers("VMX-INJ-020")
  void nmiAndExceptionsAreDeliveredWithTheStateThatWasLoaded(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    verifyFrame(vcpu, InterruptionType.NMI, Exceptions.NMI);
    verifyFrame(vcpu, InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    verifyFrame(vcpu, InterruptionType.HARDWARE_EXCEPTION, Exceptions.BP);
  }

  private static void verifyFrame(Vcpu vcpu, InterruptionType type, int vector) {
    StoppedGuest guest = stopped(vcpu);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, type, vector);
    // not used for these types
    vcpu.write(VmcsField.ENTRY_INSTRUCTION_LENGTH, 5);
    vcpu.enter();
    assertThat(taken(vcpu, type, vector))
        .interruptedAt(guest.run(), StoppedGuest.NEXT)
        .interruptedWithInterruptsEnabled();
    vcpu.guest().iret();
    guest.run().values();
  }

  @Test
  @Covers("VMX-INJ-021")
  void softwareInterruptReturnsBehindTheInstruction(Cpu cpu) {
    verifyLengths(cpu, InterruptionType.SOFTWARE_INTERRUPT, VECTOR);
  }

  @Test
  @Covers("VMX-INJ-021")
  void privilegedSoftwareExceptionReturnsBehindTheInstruction(Cpu cpu) {
    verifyLengths(cpu, InterruptionType.PRIVILEGED_SOFTWARE_EXCEPTION, Exceptions.DB);
  }

  @Test
  @Covers("VMX-INJ-021")
  void softwareExceptionReturnsBehindTheInstruction(Cpu cpu) {
    verifyLengths(cpu, InterruptionType.SOFTWARE_EXCEPTION, Exceptions.BP);
  }

  private static void verifyLengths(Cpu cpu, InterruptionType type, int vector) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    int shortest = cpu.vmx().capabilities().misc().zeroLengthInjection() ? 0 : 1;
    for (int length = shortest; length <= LONGEST; length++) {
      StoppedGuest guest = stopped(vcpu);
      GuestFields.inject(vcpu, type, vector);
      vcpu.write(VmcsField.ENTRY_INSTRUCTION_LENGTH, length);
      vcpu.enter();
      // the block goes on in NOPs, each one byte long
      assertThat(taken(vcpu, type, vector)).interruptedAt(guest.run(), StoppedGuest.NEXT + length);
      vcpu.guest().iret();
      guest.run().values();
    }
  }

  @Test
  @Covers("VMX-INJ-022")
  void exceptionBitmapDoesNotStopIt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.write(VmcsField.EXCEPTION_BITMAP, 0xFFFF_FFFFL);
    verifyFrame(vcpu, InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    verifyFrame(vcpu, InterruptionType.NMI, Exceptions.NMI);
    machine.expectNothing();
    vcpu.leave();
    verifyLength(vcpu, InterruptionType.SOFTWARE_EXCEPTION, Exceptions.BP);
    machine.expectNothing();
  }

  private static void verifyLength(Vcpu vcpu, InterruptionType type, int vector) {
    StoppedGuest guest = stopped(vcpu);
    GuestFields.inject(vcpu, type, vector);
    vcpu.write(VmcsField.ENTRY_INSTRUCTION_LENGTH, 1);
    vcpu.enter();
    assertThat(taken(vcpu, type, vector)).interruptedAt(guest.run(), StoppedGuest.NEXT + 1);
    vcpu.guest().iret();
    guest.run().values();
  }

  @InEachApicMode
  @Covers("VMX-INJ-022")
  void physicalPriorityDoesNotStopIt(Machine machine, Cpu cpu) {
    cpu.setCr8(0xF);
    verifyFrame(cpu.vmx().newVcpu(), InterruptionType.EXTERNAL_INTERRUPT, 0x21);
    machine.expectNothing();
  }

  @Test
  @Requires(Feature.TPR_SHADOW)
  @Covers("VMX-INJ-022")
  void virtualPriorityDoesNotStopIt(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    guest.page().setVtpr(0xF0);
    verifyFrame(guest.vcpu(), InterruptionType.EXTERNAL_INTERRUPT, 0x21);
  }

  @InEachApicMode
  @Covers("VMX-INJ-027")
  void physicalLocalApicDoesNotSeeIt(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    vcpu.enter();
    vcpu.guest().takeInterrupt(VECTOR);
    vcpu.leave();
    assertThat(cpu.lapic()).isIdle().hasPpr(0).hasNoErrors();
    vcpu.resume();
    vcpu.guest().iret();
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("VMX-INJ-027")
  void virtualLocalApicDoesNotSeeIt(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    Vcpu vcpu = guest.vcpu();
    guest.page().setVtpr(0xF0);
    guest.page().setVirr(VectorSet.of(0x41));
    guest.setInterruptStatus(0x41, 0);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    vcpu.enter();
    vcpu.guest().takeInterrupt(VECTOR);
    vcpu.leave();
    assertThat(guest.rvi()).as("RVI").isEqualTo(0x41);
    assertThat(guest.svi()).as("SVI").isZero();
    assertThat(guest.page().virr()).isEqualTo(VectorSet.of(0x41));
    assertThat(guest.page().visr()).isEqualTo(new VectorSet());
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Requires(Feature.HLT_ACTIVITY)
  @Covers({"VMX-INJ-024", "VMX-ACT-004"})
  void endsTheHaltedState(Machine machine, Cpu cpu) {
    StoppedGuest guest = stopped(cpu.vmx().newVcpu());
    Vcpu vcpu = guest.vcpu();
    GuestFields.activity(vcpu, ActivityState.HLT);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    vcpu.enter();
    assertThat(vcpu.guest().takeInterrupt(VECTOR)).interruptedAt(guest.run(), StoppedGuest.NEXT);
    assertThat(vcpu.leave()).hasActivity(ActivityState.ACTIVE);
    vcpu.resume();
    vcpu.guest().iret();
    guest.run().values();
    machine.expectNothing();
  }

  @Test
  @Covers("VMX-INJ-024")
  void endsShadows(Cpu cpu) {
    StoppedGuest guest = stopped(cpu.vmx().newVcpu());
    Vcpu vcpu = guest.vcpu();
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.interruptibility(vcpu, Interruptibility.BLOCKING_BY_MOV_SS);
    GuestFields.inject(vcpu, InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    // exits at the first instruction of the handler
    cpu.lapic().sendSelfIpi(VECTOR);
    vcpu.enter();
    VmExit exit = vcpu.exit(ExitReason.EXTERNAL_INTERRUPT);
    vcpu.guest().takeTrap(Exceptions.DB);
    assertThat(exit).hasActivity(ActivityState.ACTIVE).hasInterruptibility(0).hasNoIdtVectoring();
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @Covers("VMX-INJ-025")
  void exitsClearTheValidBitAndFailedEntriesDoNot(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    InterruptionInformation event =
        InterruptionInformation.of(InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    GuestFields.inject(vcpu, event);
    // with IF=0 the event cannot be injected
    assertThat(vcpu.tryEnter()).failsToLoad(ExitReason.ENTRY_FAILURE_GUEST_STATE, 0);
    assertThat(field(vcpu).raw()).as("after a failed entry").isEqualTo(event.raw());
    GuestFields.interruptFlag(vcpu, true);
    vcpu.enter();
    vcpu.guest().takeInterrupt(VECTOR);
    vcpu.leave();
    assertThat(field(vcpu).valid()).as("bit 31 after an exit").isFalse();
    vcpu.resume();
    vcpu.guest().iret();
  }

  private static InterruptionInformation field(Vcpu vcpu) {
    return InterruptionInformation.of((int) vcpu.read(VmcsField.ENTRY_INTERRUPTION_INFORMATION));
  }

  @Test
  @Requires(Feature.MONITOR_TRAP_FLAG)
  @Covers("VMX-INJ-029")
  @Ports("KUT-VMX-EVI-OTHER")
  void pendingMonitorTrapExitsBeforeAnyInstruction(Cpu cpu) {
    StoppedGuest guest = stopped(cpu.vmx().newVcpu());
    GuestFields.inject(guest.vcpu(), InterruptionType.OTHER_EVENT, 0);
    assertThat(guest.vcpu().enterUntilExit())
        .hasReason(ExitReason.MONITOR_TRAP_FLAG)
        .hasQualification(0)
        .hasNoInterruption()
        .isAt(guest.run(), StoppedGuest.NEXT);
    guest.finish();
  }
}
