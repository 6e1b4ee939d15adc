package io.apictck.suites.flexpriority;

import io.apictck.arch.vmx.VmxControl;
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
 * Every access to the APIC-access page without APIC-register virtualization and virtual-interrupt
 * delivery (Intel SDM Vol. 3C, "Virtualizing Memory-Mapped APIC Accesses").
 */
@Conformance
@Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
final class AccessPageTests {
  @Test
  @Sweep(sample = 2)
  @Covers({"FLEX-AA-001", "FLEX-AA-009"})
  void everyReadExitsWithoutTprShadow(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu).reads(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Covers({"FLEX-AA-001", "FLEX-AA-009"})
  void everyWriteExitsWithoutTprShadow(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu).writes(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires(Feature.TPR_SHADOW)
  @Covers({"FLEX-AA-003", "FLEX-AA-005", "FLEX-AA-009", "FLEX-AA-017"})
  void readsOfTheTaskPriorityAreVirtualizedAndAllOthersExit(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, VmxControl.USE_TPR_SHADOW).reads(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires(Feature.TPR_SHADOW)
  @Covers({"FLEX-AA-005", "FLEX-AA-006", "FLEX-AA-007", "FLEX-AA-009", "FLEX-AA-017"})
  void writesOfTheTaskPriorityAreVirtualizedAndAllOthersExit(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, VmxControl.USE_TPR_SHADOW).writes(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires({Feature.TPR_SHADOW, Feature.IPI_VIRTUALIZATION})
  @Covers({"FLEX-AA-003", "FLEX-AA-005", "IPIV-XA-007"})
  void readsWithIpiVirtualization(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.IPI_VIRTUALIZATION).reads(cases);
  }

  @Test
  @Sweep(sample = 2)
  @Requires({Feature.TPR_SHADOW, Feature.IPI_VIRTUALIZATION})
  @Covers({"FLEX-AA-005", "FLEX-AA-006", "IPIV-XA-001", "IPIV-XA-004", "IPIV-XA-006"})
  void ipiVirtualizationAddsWritesOfTheCommand(Cpu cpu, Cases cases) {
    ApicPageSweep.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.IPI_VIRTUALIZATION).writes(cases);
  }
}
