package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
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
 * What VM exits tell of themselves (Intel SDM Vol. 3C, "Basic VM-Exit Information", "Information
 * for VM Exits Due to Vectored Events", "Information for VM Exits Due to Instruction Execution").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class ExitInformationTests {
  private static final int VECTOR = 0x61;
  private static final int RESERVED_REASON_BITS = 0x8001_0000;
  private static final int X2APIC_TPR = 0x808;

  private static void verifyReasonField(VmExit exit) {
    assertThat(exit.reasonField() & RESERVED_REASON_BITS)
        .as("bits 31 and 16 of the exit reason")
        .isZero();
    assertThat((int) exit.read(VmcsField.EXIT_REASON))
        .as("exit reason in the VMCS")
        .isEqualTo(exit.reasonField());
  }

  @InEachApicMode
  @Covers("VMX-INFO-001")
  void onlyVectoredEventsLeaveInterruptionInformation(Machine machine, Cpu cpu) {
    Vcpu vcpu =
        cpu.vmx()
            .newVcpu()
            .set(VmxControl.HLT_EXITING, VmxControl.CR8_LOAD_EXITING, VmxControl.CR8_STORE_EXITING)
            .clear(VmxControl.USE_MSR_BITMAPS)
            .enter();
    List<Instruction> others =
        List.of(
            new Instruction.Vmcall(),
            new Instruction.Hlt(),
            new Instruction.Cpuid(0, 0),
            new Instruction.MovFromCr8(),
            new Instruction.MovToCr8(0),
            new Instruction.Rdmsr(Msr.IA32_APIC_BASE),
            new Instruction.Wrmsr(Msr.IA32_TIME_STAMP_COUNTER, 0));
    for (Instruction instruction : others) {
      // a valid field before
      Ipis.nmi(machine.cpu(1), cpu);
      VmExit nmi = vcpu.exit();
      assertThat(nmi).hasInterruption(InterruptionType.NMI, Exceptions.NMI);
      verifyReasonField(nmi);
      vcpu.resume();
      VmExit exit = vcpu.run(instruction);
      assertThat(exit).hasNoInterruption().hasNoIdtVectoring();
      verifyReasonField(exit);
      vcpu.skip(exit);
      vcpu.resume();
    }
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    VmExit exit = vcpu.exit(ExitReason.EXTERNAL_INTERRUPT);
    assertThat(exit).hasNoInterruption().hasNoIdtVectoring();
    verifyReasonField(exit);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @Covers("VMX-INFO-001")
  void exceptionExitsNameTheException(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.intercept(vcpu, Exceptions.UD, Exceptions.BP);
    vcpu.enter();
    VmExit invalid = vcpu.run(new Instruction.Ud2());
    assertThat(invalid)
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.HARDWARE_EXCEPTION, Exceptions.UD)
        .hasNoIdtVectoring();
    verifyReasonField(invalid);
    vcpu.restart();
    vcpu.resume();
    VmExit breakpoint = vcpu.run(new Instruction.Int3());
    assertThat(breakpoint)
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.SOFTWARE_EXCEPTION, Exceptions.BP)
        .hasNoIdtVectoring();
    assertThat(breakpoint.instructionLength()).as("length of INT3").isEqualTo(1);
    verifyReasonField(breakpoint);
  }

  @Test
  @Covers("VMX-INFO-001")
  void onlyFailedEntriesSetBit31OfTheReason(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.write(VmcsField.GUEST_RFLAGS, 0);
    assertThat(vcpu.tryEnter()).failsToLoad(ExitReason.ENTRY_FAILURE_GUEST_STATE, 0);
    assertThat((int) vcpu.read(VmcsField.EXIT_REASON))
        .as("exit reason in the VMCS")
        .isEqualTo(ExitReason.ENTRY_FAILURE | ExitReason.ENTRY_FAILURE_GUEST_STATE.number());
    vcpu.write(VmcsField.GUEST_RFLAGS, Rflags.FIXED);
    vcpu.enter();
    verifyReasonField(vcpu.leave());
  }

  @Test
  @Covers("VMX-INFO-005")
  void instructionsThatExitLeaveTheirLengthAndAreNotExecuted(Cpu cpu) {
    Vcpu vcpu =
        cpu.vmx()
            .newVcpu()
            .set(VmxControl.HLT_EXITING, VmxControl.CR8_LOAD_EXITING, VmxControl.CR8_STORE_EXITING)
            .clear(VmxControl.USE_MSR_BITMAPS)
            .enter();
    verifyLength(vcpu, new Instruction.Hlt(), 1);
    verifyLength(vcpu, new Instruction.Cpuid(0, 0), 2);
    verifyLength(vcpu, new Instruction.Rdmsr(X2APIC_TPR), 2);
    verifyLength(vcpu, new Instruction.Wrmsr(X2APIC_TPR, 0), 2);
    verifyLength(vcpu, new Instruction.Vmcall(), 3);
    // with a REX prefix
    verifyLength(vcpu, new Instruction.MovFromCr8(), 4);
    verifyLength(vcpu, new Instruction.MovToCr8(0), 4);
  }

  private static void verifyLength(Vcpu vcpu, Instruction instruction, int length) {
    BlockRun run = vcpu.guest().start(new Instruction.Nop(), instruction, new Instruction.Nop());
    VmExit exit = vcpu.exit();
    assertThat(exit).isAt(run, 1);
    assertThat(exit.instructionLength()).as("length of %s", instruction).isEqualTo(length);
    vcpu.skip(exit);
    vcpu.resume();
    assertThat(run.completed()).as("the block went on behind %s", instruction).isTrue();
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("VMX-INFO-008")
  void guestInterruptStatusIsSaved(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    guest.page().setVirr(VectorSet.of(0x41, VECTOR));
    guest.setInterruptStatus(VECTOR, 0);
    GuestFields.interruptFlag(guest.vcpu(), true);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(VECTOR);
    guest.vcpu().leave();
    assertThat(guest.svi()).as("SVI").isEqualTo(VECTOR);
    assertThat(guest.rvi()).as("RVI").isEqualTo(0x41);
  }
}
