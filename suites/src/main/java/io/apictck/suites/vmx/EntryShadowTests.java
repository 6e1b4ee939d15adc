package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

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
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/** VM entry right behind MOV SS (Intel SDM Vol. 3C, "VMLAUNCH/VMRESUME"). */
@Conformance
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class EntryShadowTests {
  @Test
  @Covers("VMX-CTL-018")
  @Ports({"KUT-VMX-MOVSS-001", "KUT-VMX-MOVSS-002", "KUT-VMX-MOVSS-003"})
  void blockingByMovSsComesBeforeTheLaunchState(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    vcpu.leave();
    long[] status = cpu.run(new Instruction.MovSs(), new Instruction.Vmlaunch());
    assertThat(status[0]).as("status flags").isEqualTo(Vmx.Status.ZF);
    assertThat(vcpu.read(VmcsField.VM_INSTRUCTION_ERROR))
        .as("VM-instruction error")
        .isEqualTo(VmInstructionError.EVENTS_BLOCKED_BY_MOV_SS.number());
    vcpu.resume();
    vcpu.leave();
  }

  @Test
  @Covers("VMX-CTL-018")
  @Ports({"KUT-VMX-MOVSS-004", "KUT-VMX-MOVSS-005"})
  void withoutCurrentVmcsItFailsInvalid(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.vmclear();
    long[] status = cpu.run(new Instruction.MovSs(), new Instruction.Vmlaunch());
    assertThat(status[0]).as("status flags").isEqualTo(Vmx.Status.CF);
    vcpu.enter();
    vcpu.leave();
  }
}
