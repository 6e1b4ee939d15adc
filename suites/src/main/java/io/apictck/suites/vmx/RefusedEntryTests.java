package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.Vmx;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a VM entry that is refused leaves behind (Intel SDM Vol. 3C, "VM Entries"). */
@Conformance
@Requires(Feature.VMX)
final class RefusedEntryTests {
  private static final int VECTOR = 0x61;
  private static final long INJECTION =
      Integer.toUnsignedLong(
          InterruptionInformation.of(InterruptionType.EXTERNAL_INTERRUPT, VECTOR).raw());

  private static final List<VmcsField> GUEST_STATE =
      List.of(
          VmcsField.GUEST_RIP,
          VmcsField.GUEST_RSP,
          VmcsField.GUEST_RFLAGS,
          VmcsField.GUEST_CR0,
          VmcsField.GUEST_CR4,
          VmcsField.GUEST_ACTIVITY_STATE,
          VmcsField.GUEST_INTERRUPTIBILITY_STATE,
          VmcsField.ENTRY_INTERRUPTION_INFORMATION);

  private static Map<VmcsField, Long> snapshot(Vcpu vcpu) {
    Map<VmcsField, Long> state = new EnumMap<>(VmcsField.class);
    GUEST_STATE.forEach(field -> state.put(field, vcpu.read(field)));
    return state;
  }

  private static void enterAndTakeInjection(Vcpu vcpu) {
    vcpu.write(VmcsField.GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
    vcpu.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, INJECTION);
    Map<VmcsField, Long> before = snapshot(vcpu);
    long good = vcpu.read(VmcsField.PIN_BASED_CONTROLS);
    // default1 controls are among these: whatever is refused, it is not the guest state
    vcpu.write(VmcsField.PIN_BASED_CONTROLS, ~good & 0xFFFF_FFFFL);
    assertThat(vcpu.tryEnter()).failsValid(VmInstructionError.INVALID_CONTROL_FIELDS);
    assertThat(snapshot(vcpu)).isEqualTo(before);
    vcpu.write(VmcsField.PIN_BASED_CONTROLS, good);
    assertThat(vcpu.tryEnter()).entered();
    vcpu.guest().takeInterrupt(VECTOR);
    vcpu.guest().iret();
    vcpu.leave();
  }

  private static void failsWith(Vcpu vcpu, Instruction entry, VmInstructionError error) {
    vcpu.read(VmcsField.GUEST_RIP);
    assertThat(vcpu.host().run(entry)[0]).as("status flags of %s", entry).isEqualTo(Vmx.Status.ZF);
    assertThat(vcpu.read(VmcsField.VM_INSTRUCTION_ERROR))
        .as("error of %s", entry)
        .isEqualTo(error.number());
  }

  /** The director launches a guest once, and resumes it from then on. */
  @Test
  @Covers("VMX-CTL-017")
  void guestStateLaunchStateAndInjectionStay(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    enterAndTakeInjection(vcpu);
    enterAndTakeInjection(vcpu);
    vcpu.vmclear();
    enterAndTakeInjection(vcpu);
  }

  @Test
  @Covers("VMX-CTL-017")
  void aRefusedLaunchDoesNotLaunch(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    refuse(vcpu);
    failsWith(vcpu, new Instruction.Vmresume(), VmInstructionError.VMRESUME_NON_LAUNCHED_VMCS);
    vcpu.enter();
    vcpu.leave();
    refuse(vcpu);
    failsWith(vcpu, new Instruction.Vmlaunch(), VmInstructionError.VMLAUNCH_NON_CLEAR_VMCS);
    vcpu.enter();
    vcpu.leave();
  }

  private static void refuse(Vcpu vcpu) {
    long good = vcpu.read(VmcsField.PIN_BASED_CONTROLS);
    vcpu.write(VmcsField.PIN_BASED_CONTROLS, 0);
    assertThat(vcpu.tryEnter()).failsValid(VmInstructionError.INVALID_CONTROL_FIELDS);
    vcpu.write(VmcsField.PIN_BASED_CONTROLS, good);
  }

  private static long behindMovSs(Cpu cpu, Instruction entry) {
    long[] values =
        cpu.run(
            new Instruction.Popf(Rflags.FIXED | Instruction.STATUS_FLAGS),
            new Instruction.MovSs(),
            entry);
    return values[0];
  }

  private static void isBlocked(Vcpu vcpu, Instruction entry) {
    vcpu.read(VmcsField.GUEST_RIP);
    assertThat(behindMovSs(vcpu.host(), entry))
        .as("status flags of %s behind MOV SS", entry)
        .isEqualTo(Vmx.Status.ZF);
    assertThat(vcpu.read(VmcsField.VM_INSTRUCTION_ERROR))
        .as("error of %s behind MOV SS", entry)
        .isEqualTo(VmInstructionError.EVENTS_BLOCKED_BY_MOV_SS.number());
  }

  @Test
  @Covers("VMX-CTL-018")
  void movSsBlocksEntry(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    isBlocked(vcpu, new Instruction.Vmlaunch());
    vcpu.enter();
    vcpu.leave();
    isBlocked(vcpu, new Instruction.Vmresume());
    vcpu.enter();
    vcpu.leave();
  }

  /** The error wins over that of VMLAUNCH with a VMCS that was launched. */
  @Test
  @Covers("VMX-CTL-018")
  @Ports({"KUT-VMX-MOVSS-001", "KUT-VMX-MOVSS-002", "KUT-VMX-MOVSS-003"})
  void movSsBlocksEntryBeforeTheLaunchStateIsLookedAt(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.enter();
    vcpu.leave();
    vcpu.write(VmcsField.GUEST_RFLAGS, 0);
    isBlocked(vcpu, new Instruction.Vmlaunch());
  }

  @Test
  @Covers("VMX-CTL-018")
  @Ports({"KUT-VMX-MOVSS-004", "KUT-VMX-MOVSS-005"})
  void withoutCurrentVmcsThereIsNoErrorNumber(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.vmclear();
    assertThat(behindMovSs(cpu, new Instruction.Vmlaunch()))
        .as("status flags behind MOV SS without a current VMCS")
        .isEqualTo(Vmx.Status.CF);
    vcpu.enter();
    vcpu.leave();
  }
}
