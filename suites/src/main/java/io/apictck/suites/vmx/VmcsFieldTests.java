package io.apictck.suites.vmx;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.FieldProbe;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which fields a VMCS has (Intel SDM Vol. 3D, "Field Encoding in VMCS"). */
@Conformance
@Requires(Feature.VMX)
final class VmcsFieldTests {
  /** Whether these exist depends on a number, and on parts of VMX that are not looked at here. */
  private static final Set<VmcsField> ELSEWHERE =
      EnumSet.of(
          VmcsField.CR3_TARGET_VALUE_0,
          VmcsField.CR3_TARGET_VALUE_1,
          VmcsField.CR3_TARGET_VALUE_2,
          VmcsField.CR3_TARGET_VALUE_3,
          VmcsField.EXECUTIVE_VMCS_POINTER,
          VmcsField.GUEST_SMBASE);

  private static void verify(Cpu cpu, Cases cases) {
    FieldProbe probe = FieldProbe.of(cpu.vmx().newVcpu());
    cases.each(EnumSet.complementOf(EnumSet.copyOf(ELSEWHERE)), probe::verify);
  }

  @Test
  @Sweep
  @Covers("VMX-CAP-010")
  void fieldsExistWhereTheirControlsMayBeOne(Cpu cpu, Cases cases) {
    verify(cpu, cases);
  }

  @Test
  @Sweep
  @OnMachine(without = Feature.POSTED_INTERRUPTS)
  @Covers("VMX-CAP-010")
  void fieldsWithoutPostedInterrupts(Cpu cpu, Cases cases) {
    verify(cpu, cases);
  }

  @Test
  @Sweep
  @OnMachine(
      without = {
        Feature.VIRTUALIZE_APIC_ACCESSES,
        Feature.VIRTUAL_INTERRUPT_DELIVERY,
        Feature.POSTED_INTERRUPTS,
        Feature.IPI_VIRTUALIZATION
      })
  @Covers("VMX-CAP-010")
  void fieldsWithoutVirtualInterrupts(Cpu cpu, Cases cases) {
    verify(cpu, cases);
  }
}
