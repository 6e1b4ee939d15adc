package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmxCapabilities;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.ControlProbe;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Controls outside of their allowed settings (Intel SDM Vol. 3D, "VMX Capability Reporting
 * Facility").
 */
@Conformance
@Requires(Feature.VMX)
final class AllowedSettingTests {
  private static final long ALL_ONES = 0xFFFF_FFFFL;
  private static final int GUEST_TPR = 0x50;
  private static final int PHYSICAL_TPR = 0x20;

  private static final List<ControlVector> VECTORS_OF_32_BITS =
      List.of(
          ControlVector.PIN,
          ControlVector.PRIMARY,
          ControlVector.SECONDARY,
          ControlVector.EXIT,
          ControlVector.ENTRY);

  /** A bit of a vector of controls. */
  private record Bit(ControlVector vector, int bit) {
    long mask() {
      return 1L << bit;
    }

    boolean required(VmxCapabilities capabilities) {
      return (capabilities.required(vector) & mask()) != 0;
    }

    boolean allowed(VmxCapabilities capabilities) {
      return (capabilities.allowed1(vector) & mask()) != 0;
    }
  }

  private static List<Bit> bits(VmxCapabilities capabilities, List<ControlVector> vectors) {
    return vectors.stream()
        .filter(vector ->
            vector != ControlVector.SECONDARY
                || capabilities.allows(VmxControl.ACTIVATE_SECONDARY_CONTROLS))
        .flatMap(
            vector -> IntStream.range(0, Integer.SIZE).mapToObj(number -> new Bit(vector, number)))
        .toList();
  }

  @Test
  @Sweep
  @Covers("VMX-CAP-002")
  void aControlThatIsNotAllowedIsRefused(Cpu cpu, Cases cases) {
    ControlProbe probe = ControlProbe.of(cpu.vmx().newVcpu());
    VmxCapabilities capabilities = cpu.vmx().capabilities();
    cases.each(
        bits(capabilities, VECTORS_OF_32_BITS),
        bit -> {
          VmcsField field = bit.vector().field();
          long good = probe.vcpu().controls(bit.vector());
          if (bit.required(capabilities)) {
            probe.refusesOnly(field, good & ~bit.mask());
          } else if (!bit.allowed(capabilities)) {
            probe.refusesOnly(field, good | bit.mask());
          }
        });
    probe.enters();
  }

  /** Each bit of three vectors at 0; at 1 those that have no choice. */
  @Test
  @Sweep
  @Covers("VMX-CAP-002")
  @Ports("KUT-VMX-CTL-RSVD")
  void eachBitIsAcceptedAsTheCapabilityMsrsSay(Cpu cpu, Cases cases) {
    ControlProbe probe = ControlProbe.of(cpu.vmx().newVcpu());
    VmxCapabilities capabilities = cpu.vmx().capabilities();
    cases.each(
        bits(
            capabilities,
            List.of(ControlVector.PIN, ControlVector.PRIMARY, ControlVector.SECONDARY)),
        bit -> {
          VmcsField field = bit.vector().field();
          long good = probe.vcpu().controls(bit.vector());
          long base = capabilities.required(bit.vector());
          boolean required = bit.required(capabilities);
          probe.expect(field, base & ~bit.mask(), !required);
          if (required || !bit.allowed(capabilities)) {
            probe.expect(field, base | bit.mask(), required);
          }
          probe.expect(field, good, true);
        });
    if (capabilities.allows(VmxControl.ACTIVATE_SECONDARY_CONTROLS)) {
      probe.vcpu().clear(VmxControl.ACTIVATE_SECONDARY_CONTROLS);
      probe.expect(VmcsField.SECONDARY_CONTROLS, ALL_ONES, true);
    }
    probe.enters();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("VMX-CAP-007")
  void secondaryControlsThatAreNotActivatedAreZero(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUALIZE_X2APIC_MODE);
    guest.page().setVtpr(GUEST_TPR);
    cpu.lapic().setTpr(PHYSICAL_TPR);
    verifyTpr(guest, GUEST_TPR);
    guest.vcpu().clear(VmxControl.ACTIVATE_SECONDARY_CONTROLS);
    verifyTpr(guest, PHYSICAL_TPR);
    guest.vcpu().write(VmcsField.SECONDARY_CONTROLS, ALL_ONES);
    verifyTpr(guest, PHYSICAL_TPR);
    cpu.lapic().setTpr(0);
  }

  private static void verifyTpr(ApicGuest guest, int expected) {
    guest.vcpu().enter();
    assertThat(guest.guest().rdmsr(LapicRegister.TPR.msr()))
        .as("TPR that the guest reads")
        .isEqualTo(expected);
    guest.vcpu().leave();
  }

  @Test
  @Requires(Feature.IPI_VIRTUALIZATION)
  @Covers("VMX-CAP-007")
  void tertiaryControlsThatAreNotActivatedAreNotChecked(Cpu cpu) {
    ControlProbe probe = ControlProbe.of(cpu.vmx().newVcpu());
    probe.vcpu().write(VmcsField.TERTIARY_CONTROLS, -1);
    probe.accepts();
    probe.vcpu().set(VmxControl.ACTIVATE_TERTIARY_CONTROLS);
    probe.refuses();
    probe.vcpu().clear(VmxControl.ACTIVATE_TERTIARY_CONTROLS);
    probe.enters();
  }
}
