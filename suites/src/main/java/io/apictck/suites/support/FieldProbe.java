package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.FieldExistence;
import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Vcpu;
import io.apictck.machine.Vmx;
import io.apictck.platform.Instruction;
import java.util.Set;

/**
 * Looks whether fields exist: they can be read and, but for read-only ones, written, or VMREAD and
 * VMWRITE fail with error 12 (Intel SDM Vol. 3C, "VMX Instruction Reference").
 */
public final class FieldProbe {
  private final Vcpu vcpu;

  private FieldProbe(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  /** Of the VMCS of a virtual processor. */
  public static FieldProbe of(Vcpu vcpu) {
    return new FieldProbe(vcpu);
  }

  /** A field exists exactly if a control that needs it may be 1; with both halves. */
  public void verify(VmcsField field) {
    Set<VmxControl> needs = FieldExistence.of(field);
    boolean exists =
        needs.isEmpty() || needs.stream().anyMatch(vcpu.host().vmx().capabilities()::allows);
    verify(field, field.encoding(), exists);
    if (field.hasHigh()) {
      verify(field, field.encoding() | VmcsField.HIGH, exists);
    }
  }

  private void verify(VmcsField field, int encoding, boolean exists) {
    // makes it the current VMCS
    vcpu.read(VmcsField.EXIT_REASON);
    long[] read = vcpu.host().run(new Instruction.Vmread(encoding));
    status("VMREAD", field, encoding, read[0], exists);
    if (!exists || field.type() != VmcsField.Type.READ_ONLY) {
      long value = exists ? read[1] : 0;
      long written = vcpu.host().run(new Instruction.Vmwrite(encoding, value))[0];
      status("VMWRITE", field, encoding, written, exists);
    }
  }

  private void status(
      String instruction, VmcsField field, int encoding, long status, boolean exists) {
    assertThat(status)
        .as("status flags of %s of %s (%04x)", instruction, field, encoding)
        .isEqualTo(exists ? Vmx.Status.SUCCEED : Vmx.Status.ZF);
    if (!exists) {
      assertThat(vcpu.read(VmcsField.VM_INSTRUCTION_ERROR))
          .as("error of %s of %s (%04x)", instruction, field, encoding)
          .isEqualTo(VmInstructionError.UNSUPPORTED_VMCS_COMPONENT.number());
    }
  }
}
