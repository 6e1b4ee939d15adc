package io.apictck.suites.apicv;

import static io.apictck.arch.vmx.VmxControl.APIC_REGISTER_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.IPI_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.USE_TPR_SHADOW;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;

import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicPageSweep;
import org.junit.jupiter.api.Test;

/**
 * Every access to the APIC-access page with APIC-register virtualization, virtual-interrupt
 * delivery, and IPI virtualization (Intel SDM Vol. 3C, "Virtualizing Memory-Mapped APIC Accesses").
 */
@Conformance
@Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES})
final class RegisterAccessTests {
  @Test
  @Sweep(sample = 2)
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"APICV-REG-001", "APICV-REG-002", "APICV-REG-003", "FLEX-AA-005", "FLEX-AA-017"})
  void readsWithRegisterVirtualization(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION).reads(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"APICV-REG-005", "APICV-AWX-001", "APICV-AWX-002", "APICV-AWX-003", "FLEX-AA-017"})
  void writesWithRegisterVirtualization(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION).writes(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers({"FLEX-AA-005", "APICV-REG-004"})
  void readsWithInterruptDelivery(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, USE_TPR_SHADOW, VIRTUAL_INTERRUPT_DELIVERY).reads(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers({"APICV-REG-006", "APICV-AWX-001", "APICV-TPR-003", "APICV-EOI-008"})
  void writesWithInterruptDelivery(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, USE_TPR_SHADOW, VIRTUAL_INTERRUPT_DELIVERY).writes(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUAL_INTERRUPT_DELIVERY})
  @Covers({"APICV-REG-001", "APICV-REG-002", "APICV-REG-003"})
  void readsWithBoth(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUAL_INTERRUPT_DELIVERY})
  @Covers({"APICV-REG-005", "APICV-AWX-001", "APICV-TPR-003", "APICV-EOI-008"})
  void writesWithBoth(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.IPI_VIRTUALIZATION})
  @Covers({"APICV-REG-005", "APICV-AWX-001", "IPIV-XA-004"})
  void writesWithRegisterAndIpiVirtualization(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION, IPI_VIRTUALIZATION)
        .writes(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.IPI_VIRTUALIZATION})
  @Covers({"APICV-REG-006", "APICV-AWX-001", "IPIV-XA-004", "IPIV-XA-006"})
  void writesWithInterruptDeliveryAndIpiVirtualization(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, USE_TPR_SHADOW, VIRTUAL_INTERRUPT_DELIVERY, IPI_VIRTUALIZATION)
        .writes(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires({
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.VIRTUAL_INTERRUPT_DELIVERY,
    Feature.IPI_VIRTUALIZATION
  })
  @Covers({"APICV-REG-005", "APICV-AWX-001", "IPIV-XA-004"})
  void writesWithAll(Cpu cpu, Cases cases) {
    ApicPageSweep.of(
            cpu,
            USE_TPR_SHADOW,
            APIC_REGISTER_VIRTUALIZATION,
            VIRTUAL_INTERRUPT_DELIVERY,
            IPI_VIRTUALIZATION)
        .writes(cases);
  }
}
