package io.apictck.suites.apicv;

import static io.apictck.arch.vmx.VmxControl.APIC_REGISTER_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.IPI_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_X2APIC_MODE;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;

import io.apictck.arch.Msr;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.X2apicSweep;

/**
 * Each MSR from 800h to 8FFh with each combination of controls, in both modes of the physical local
 * APIC (Intel SDM Vol. 3C, "Virtualizing MSR-Based APIC Accesses").
 */
@Conformance
@Requires({Feature.TPR_SHADOW, Feature.MSR_BITMAPS, Feature.VIRTUALIZE_X2APIC_MODE})
final class X2apicMsrTests {

  @InEachApicMode
  @Sweep
  @Covers({"APICV-X2-001", "APICV-X2-002"})
  void readsWithTheModeAlone(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE).reads(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Covers({"APICV-X2-005", "APICV-X2-007", "APICV-X2-008", "APICV-X2-006"})
  void writesWithTheModeAlone(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE).writes(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Covers({"APICV-X2-005", "APICV-X2-007"})
  void reservedBitsWithTheModeAlone(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE).reservedBits(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"APICV-X2-001", "APICV-X2-003"})
  void readsWithRegisters(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION)
        .reads(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"APICV-X2-005", "APICV-X2-007", "APICV-X2-008", "APICV-X2-006"})
  void writesWithRegisters(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION)
        .writes(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"APICV-X2-005", "APICV-X2-007"})
  void reservedBitsWithRegisters(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION)
        .reservedBits(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers({"APICV-X2-001", "APICV-X2-002"})
  void readsWithInterruptDelivery(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers({"APICV-X2-005", "APICV-X2-007", "APICV-X2-008", "APICV-X2-012", "APICV-IPI-006"})
  void writesWithInterruptDelivery(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers({"APICV-X2-005", "APICV-X2-007", "APICV-EOI-009"})
  void reservedBitsWithInterruptDelivery(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY)
        .reservedBits(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUAL_INTERRUPT_DELIVERY})
  @Covers({"APICV-X2-001", "APICV-X2-003"})
  void readsWithRegistersAndInterruptDelivery(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUAL_INTERRUPT_DELIVERY})
  @Covers({"APICV-X2-005", "APICV-X2-007", "APICV-X2-008", "APICV-X2-012", "APICV-IPI-006"})
  void writesWithRegistersAndInterruptDelivery(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUAL_INTERRUPT_DELIVERY})
  @Covers({"APICV-X2-005", "APICV-X2-007", "APICV-EOI-009"})
  void reservedBitsWithRegistersAndInterruptDelivery(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .reservedBits(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.IPI_VIRTUALIZATION)
  @Covers({"APICV-X2-001", "APICV-X2-002"})
  void readsWithIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, IPI_VIRTUALIZATION).reads(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.IPI_VIRTUALIZATION)
  @Covers({
    "APICV-X2-005",
    "APICV-X2-007",
    "APICV-X2-008",
    "APICV-X2-006",
    "IPIV-X2-004",
    "IPIV-X2-005"
  })
  void writesWithIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, IPI_VIRTUALIZATION).writes(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.IPI_VIRTUALIZATION)
  @Covers({"APICV-X2-005", "APICV-X2-007", "IPIV-X2-001"})
  void reservedBitsWithIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, IPI_VIRTUALIZATION)
        .reservedBits(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.IPI_VIRTUALIZATION})
  @Covers({"APICV-X2-001", "APICV-X2-003"})
  void readsWithRegistersAndIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, IPI_VIRTUALIZATION)
        .reads(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.IPI_VIRTUALIZATION})
  @Covers({
    "APICV-X2-005",
    "APICV-X2-007",
    "APICV-X2-008",
    "APICV-X2-006",
    "IPIV-X2-004",
    "IPIV-X2-005"
  })
  void writesWithRegistersAndIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, IPI_VIRTUALIZATION)
        .writes(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.IPI_VIRTUALIZATION})
  @Covers({"APICV-X2-005", "APICV-X2-007", "IPIV-X2-001"})
  void reservedBitsWithRegistersAndIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, IPI_VIRTUALIZATION)
        .reservedBits(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.IPI_VIRTUALIZATION})
  @Covers({"APICV-X2-001", "APICV-X2-002"})
  void readsWithInterruptDeliveryAndIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY, IPI_VIRTUALIZATION)
        .reads(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.IPI_VIRTUALIZATION})
  @Covers({
    "APICV-X2-005",
    "APICV-X2-007",
    "APICV-X2-008",
    "APICV-X2-012",
    "APICV-IPI-006",
    "IPIV-X2-004",
    "IPIV-X2-005"
  })
  void writesWithInterruptDeliveryAndIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY, IPI_VIRTUALIZATION)
        .writes(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.IPI_VIRTUALIZATION})
  @Covers({"APICV-X2-005", "APICV-X2-007", "APICV-EOI-009", "IPIV-X2-001"})
  void reservedBitsWithInterruptDeliveryAndIpis(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY, IPI_VIRTUALIZATION)
        .reservedBits(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.VIRTUAL_INTERRUPT_DELIVERY,
    Feature.IPI_VIRTUALIZATION
  })
  @Covers({"APICV-X2-001", "APICV-X2-003"})
  void readsWithAll(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu,
            VIRTUALIZE_X2APIC_MODE,
            APIC_REGISTER_VIRTUALIZATION,
            VIRTUAL_INTERRUPT_DELIVERY,
            IPI_VIRTUALIZATION)
        .reads(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.VIRTUAL_INTERRUPT_DELIVERY,
    Feature.IPI_VIRTUALIZATION
  })
  @Covers({
    "APICV-X2-005",
    "APICV-X2-007",
    "APICV-X2-008",
    "APICV-X2-012",
    "APICV-IPI-006",
    "IPIV-X2-004",
    "IPIV-X2-005"
  })
  void writesWithAll(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu,
            VIRTUALIZE_X2APIC_MODE,
            APIC_REGISTER_VIRTUALIZATION,
            VIRTUAL_INTERRUPT_DELIVERY,
            IPI_VIRTUALIZATION)
        .writes(cases, Msr.X2APIC_LAST);
  }

  @InEachApicMode
  @Sweep
  @Requires({
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.VIRTUAL_INTERRUPT_DELIVERY,
    Feature.IPI_VIRTUALIZATION
  })
  @Covers({"APICV-X2-005", "APICV-X2-007", "APICV-EOI-009", "IPIV-X2-001"})
  void reservedBitsWithAll(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu,
            VIRTUALIZE_X2APIC_MODE,
            APIC_REGISTER_VIRTUALIZATION,
            VIRTUAL_INTERRUPT_DELIVERY,
            IPI_VIRTUALIZATION)
        .reservedBits(cases, Msr.X2APIC_LAST);
  }
}
