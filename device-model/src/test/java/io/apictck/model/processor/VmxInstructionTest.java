package io.apictck.model.processor;

import static io.apictck.model.processor.VmxBench.FAIL_INVALID;
import static io.apictck.model.processor.VmxBench.FAIL_VALID;
import static io.apictck.model.processor.VmxBench.OTHER_VMCS;
import static io.apictck.model.processor.VmxBench.SUCCEED;
import static io.apictck.model.processor.VmxBench.VMCS;
import static io.apictck.model.processor.VmxBench.VMXON_REGION;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.Cpuid;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.platform.Event;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VMX instructions outside of guests, and what a processor says of its VMX. */
class VmxInstructionTest {
  private static final int UD = 6;
  private static final int GP = 13;

  private static void assertFault(List<Event> events, int vector) {
    assertThat(events).singleElement().isInstanceOf(Event.Faulted.class);
    assertThat(((Event.Faulted) events.getFirst()).vector()).isEqualTo(vector);
  }

  private static long error(VmxBench vmx, Instruction instruction) {
    assertThat(vmx.bench().values(instruction)[0]).isEqualTo(FAIL_VALID);
    return vmx.read(VmcsField.VM_INSTRUCTION_ERROR);
  }

  @Test
  void vmxonNeedsVmxe() {
    VmxBench vmx = VmxBench.off();
    assertFault(vmx.run(new Instruction.Vmxon(VMXON_REGION)), UD);

    vmx.enableVmx();
    assertThat(vmx.bench().values(new Instruction.Vmxon(VMXON_REGION)))
        .containsExactly(FAIL_INVALID);
    assertThat(
            vmx.bench().values(VmxBench.region(VMXON_REGION), new Instruction.Vmxon(VMXON_REGION)))
        .containsExactly(SUCCEED);
  }

  @Test
  void withoutVmxThereIsNothing() {
    Bench bench = Bench.without(Feature.VMX);

    assertThat(bench.values(new Instruction.Cpuid(1, 0))[2] & Cpuid.ECX_VMX).isZero();
    assertFault(bench.run(0, new Instruction.Rdmsr(Msr.IA32_VMX_BASIC)), GP);
    assertFault(bench.run(0, new Instruction.Rdmsr(Msr.IA32_FEATURE_CONTROL)), GP);
    long cr4 = bench.values(new Instruction.MovFromCr(4))[0];
    assertFault(bench.run(0, new Instruction.MovToCr(4, cr4 | 1 << 13)), GP);
    assertFault(bench.run(0, new Instruction.Vmxon(VMXON_REGION)), UD);
  }

  @Test
  void capabilitiesAreReadOnly() {
    VmxBench vmx = VmxBench.off();
    for (int msr : new int[] {Msr.IA32_FEATURE_CONTROL, Msr.IA32_VMX_BASIC, 0x490, 0x48B, 0x48C}) {
      long[] halves = vmx.bench().values(new Instruction.Rdmsr(msr));
      long value = halves[1] << 32 | halves[0];
      assertFault(vmx.run(new Instruction.Wrmsr(msr, value)), GP);
    }
    assertFault(vmx.run(new Instruction.Rdmsr(Msr.IA32_VMX_EXIT_CTLS2)), GP);
  }

  @Test
  void vmxeStaysInVmxOperation() {
    VmxBench vmx = VmxBench.ready();
    long cr4 = vmx.bench().values(new Instruction.MovFromCr(4))[0];

    assertFault(vmx.run(new Instruction.MovToCr(4, cr4 & ~(1 << 13))), GP);
    assertThat(vmx.bench().values(new Instruction.Vmxoff())).containsExactly(SUCCEED);
    vmx.bench().values(new Instruction.MovToCr(4, cr4 & ~(1 << 13)));
    assertFault(vmx.run(new Instruction.Vmclear(VMCS)), UD);
  }

  @Test
  void errorsHaveTheirNumbers() {
    VmxBench vmx = VmxBench.ready();

    assertThat(error(vmx, new Instruction.Vmxon(VMXON_REGION)))
        .isEqualTo(VmInstructionError.VMXON_IN_ROOT.number());
    assertThat(error(vmx, new Instruction.Vmcall()))
        .isEqualTo(VmInstructionError.VMCALL_IN_ROOT.number());
    assertThat(error(vmx, new Instruction.Vmclear(VMCS + 1)))
        .isEqualTo(VmInstructionError.VMCLEAR_INVALID_ADDRESS.number());
    assertThat(error(vmx, new Instruction.Vmclear(VMXON_REGION)))
        .isEqualTo(VmInstructionError.VMCLEAR_VMXON_POINTER.number());
    assertThat(error(vmx, new Instruction.Vmptrld(1L << 46)))
        .isEqualTo(VmInstructionError.VMPTRLD_INVALID_ADDRESS.number());
    assertThat(error(vmx, new Instruction.Vmptrld(VMXON_REGION)))
        .isEqualTo(VmInstructionError.VMPTRLD_VMXON_POINTER.number());
    assertThat(error(vmx, new Instruction.Vmptrld(OTHER_VMCS + 0x1000)))
        .isEqualTo(VmInstructionError.VMPTRLD_INCORRECT_REVISION.number());
    assertThat(error(vmx, new Instruction.Vmresume()))
        .isEqualTo(VmInstructionError.VMRESUME_NON_LAUNCHED_VMCS.number());
  }

  @Test
  void withoutCurrentVmcsFailuresAreInvalid() {
    VmxBench vmx = VmxBench.ready();
    vmx.bench().values(new Instruction.Vmclear(VMCS));

    assertThat(vmx.bench().values(new Instruction.Vmptrst())).containsExactly(SUCCEED, -1);
    assertThat(vmx.bench().values(new Instruction.Vmread(0x681E)))
        .containsExactly(FAIL_INVALID, -1);
    assertThat(vmx.bench().values(new Instruction.Vmwrite(0x681E, 0)))
        .containsExactly(FAIL_INVALID);
    assertThat(vmx.bench().values(new Instruction.Vmlaunch())).containsExactly(FAIL_INVALID);
  }

  @Test
  void fieldsHaveWidthsAndHalves() {
    VmxBench vmx = VmxBench.ready();
    vmx.write(VmcsField.TSC_OFFSET, 0x1122_3344_5566_7788L);
    assertThat(vmx.bench().values(new Instruction.Vmread(0x2011)))
        .containsExactly(SUCCEED, 0x1122_3344L);
    vmx.bench().values(new Instruction.Vmwrite(0x2011, 0xAABB_CCDDL));
    assertThat(vmx.read(VmcsField.TSC_OFFSET)).isEqualTo(0xAABB_CCDD_5566_7788L);
    vmx.write(VmcsField.EXCEPTION_BITMAP, -1);
    assertThat(vmx.read(VmcsField.EXCEPTION_BITMAP)).isEqualTo(0xFFFF_FFFFL);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x0000, 0x482E, 0x2044, 0x4001, 0x681F, 0x7000, 0x0001_4000})
  void absentFieldsGiveError12(int encoding) {
    VmxBench vmx = VmxBench.ready();

    assertThat(error(vmx, new Instruction.Vmread(encoding))).isEqualTo(12);
    assertThat(error(vmx, new Instruction.Vmwrite(encoding, 0))).isEqualTo(12);
  }

  @Test
  void inveptLooksAtItsOperands() {
    VmxBench vmx = VmxBench.ready();

    assertThat(vmx.bench().values(new Instruction.Invept(2, -1))).containsExactly(SUCCEED);
    assertThat(vmx.bench().values(new Instruction.Invept(1, 0x1E))).containsExactly(SUCCEED);
    assertThat(error(vmx, new Instruction.Invept(1, 0x16))).isEqualTo(28);
    assertThat(error(vmx, new Instruction.Invept(0, 0x1E))).isEqualTo(28);
    assertThat(error(vmx, new Instruction.Invept(3, 0x1E))).isEqualTo(28);
    assertFault(VmxBench.off().run(new Instruction.Invept(2, 0)), UD);
  }

  @Test
  void readOnlyFieldsGiveError13() {
    assertThat(error(VmxBench.ready(), new Instruction.Vmwrite(0x4402, 0))).isEqualTo(13);
  }

  @Test
  void userModeMayNotUseThem() {
    VmxBench vmx = VmxBench.ready();
    vmx.run(new Instruction.EnterUser());

    assertFault(vmx.run(new Instruction.Vmptrst()), GP);
  }

  @Test
  void movSsBlocksVmEntry() {
    VmxBench vmx = VmxBench.ready();

    assertThat(vmx.bench().values(new Instruction.MovSs(), new Instruction.Vmlaunch()))
        .containsExactly(FAIL_VALID);
    assertThat(vmx.read(VmcsField.VM_INSTRUCTION_ERROR)).isEqualTo(26);
  }
}
