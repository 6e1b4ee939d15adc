package io.apictck.suites.vmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.Vmx;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import org.junit.jupiter.api.Test;

/** VMREAD with a destination in memory (Intel SDM Vol. 3D, "VMREAD"). */
@Conformance
@Requires(Feature.VMX)
final class VmreadTests {
  private static final long BEFORE = 0x5A5A_5A5A_5A5A_5A5AL;

  /** Beyond the last index of 32-bit control fields. */
  private static final int NO_FIELD = 0x43FE;

  @Test
  @Covers("VMX-CAP-010")
  void itStoresEightBytesZeroExtended(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.write(VmcsField.EXCEPTION_BITMAP, 0x8765_4321L);
    long page = filled(cpu);

    long[] values =
        cpu.run(
            new Instruction.VmreadToMemory(VmcsField.EXCEPTION_BITMAP.encoding(), page + 8),
            new Instruction.Load(page, 8),
            new Instruction.Load(page + 8, 8),
            new Instruction.Load(page + 16, 8));

    assertThat(values).containsExactly(0, BEFORE, 0x8765_4321L, BEFORE);
  }

  @Test
  @Covers("VMX-CAP-010")
  void itLeavesMemoryAloneIfItFails(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    long page = filled(cpu);

    long[] values =
        cpu.run(
            new Instruction.VmreadToMemory(NO_FIELD, page + 8), new Instruction.Load(page + 8, 8));

    assertThat(values).containsExactly(Vmx.Status.ZF, BEFORE);
    assertThat(vcpu.read(VmcsField.VM_INSTRUCTION_ERROR))
        .isEqualTo(VmInstructionError.UNSUPPORTED_VMCS_COMPONENT.number());
  }

  private static long filled(Cpu cpu) {
    long page = cpu.machine().newPage();
    cpu.run(
        new Instruction.Store(page, 8, BEFORE),
        new Instruction.Store(page + 8, 8, BEFORE),
        new Instruction.Store(page + 16, 8, BEFORE));
    return page;
  }
}
