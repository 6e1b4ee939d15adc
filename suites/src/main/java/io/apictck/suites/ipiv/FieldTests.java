package io.apictck.suites.ipiv;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.FieldProbe;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fields of IPI virtualization (Intel SDM Vol. 3D, "Field Encoding in VMCS"). */
@Conformance
@Requires(Feature.VMX)
final class FieldTests {
  private static void verify(Cpu cpu) {
    FieldProbe probe = FieldProbe.of(cpu.vmx().newVcpu());
    List.of(
            VmcsField.TERTIARY_CONTROLS,
            VmcsField.PID_POINTER_TABLE_ADDRESS,
            VmcsField.LAST_PID_POINTER_INDEX)
        .forEach(probe::verify);
  }

  @Test
  @Covers("IPIV-CAP-002")
  void fieldsExistAsTheCapabilityMsrsSay(Cpu cpu) {
    verify(cpu);
  }

  @Test
  @OnMachine(without = Feature.IPI_VIRTUALIZATION)
  @Covers("IPIV-CAP-002")
  void withoutIpiVirtualizationThereAreNone(Cpu cpu) {
    verify(cpu);
  }
}
