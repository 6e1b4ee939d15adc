package io.apictck.suites.kut;

import static io.apictck.arch.vmx.VmxControl.APIC_REGISTER_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_X2APIC_MODE;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;

import io.apictck.arch.ApicMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.X2apicSweep;
import org.junit.jupiter.api.Test;

/**
 * The eight configurations of virt_x2apic_mode_test (vmx_tests.c), of which the last two are the
 * same: RDMSR and WRMSR of 64 registers each.
 */
@Conformance
@Requires({
  Feature.TPR_SHADOW,
  Feature.MSR_BITMAPS,
  Feature.VIRTUALIZE_X2APIC_MODE,
  Feature.APIC_REGISTER_VIRTUALIZATION,
  Feature.VIRTUAL_INTERRUPT_DELIVERY
})
final class VirtualX2apicModeTests {

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-003")
  @Ports("KUT-VMX-X2-1-R")
  void allControlsReads(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-007")
  @Ports("KUT-VMX-X2-1-W")
  void allControlsWrites(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.XAPIC)
  @Covers("APICV-X2-003")
  @Ports("KUT-VMX-X2-2-R")
  void allControlsOnAHostInXapicModeReads(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.XAPIC)
  @Covers("APICV-X2-007")
  @Ports("KUT-VMX-X2-2-W")
  void allControlsOnAHostInXapicModeWrites(Cpu cpu, Cases cases) {
    X2apicSweep.of(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-003")
  @Ports("KUT-VMX-X2-3-R")
  void noInterruptDeliveryReads(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION)
        .reads(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-007")
  @Ports("KUT-VMX-X2-3-W")
  void noInterruptDeliveryWrites(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION)
        .writes(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-002")
  @Ports("KUT-VMX-X2-4-R")
  void noRegistersReads(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-007")
  @Ports("KUT-VMX-X2-4-W")
  void noRegistersWrites(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.XAPIC)
  @Covers("APICV-X2-002")
  @Ports("KUT-VMX-X2-5-R")
  void noRegistersOnAHostInXapicModeReads(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.XAPIC)
  @Covers("APICV-X2-007")
  @Ports("KUT-VMX-X2-5-W")
  void noRegistersOnAHostInXapicModeWrites(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, VIRTUALIZE_X2APIC_MODE, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-002")
  @Ports("KUT-VMX-X2-6-R")
  void secondaryControlsNotActivatedReads(Cpu cpu, Cases cases) {
    X2apicSweep.withoutSecondary(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-007")
  @Ports("KUT-VMX-X2-6-W")
  void secondaryControlsNotActivatedWrites(Cpu cpu, Cases cases) {
    X2apicSweep.withoutSecondary(
            cpu, VIRTUALIZE_X2APIC_MODE, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-002")
  @Ports({"KUT-VMX-X2-7-R", "KUT-VMX-X2-8-R"})
  void modeNotVirtualizedReads(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .reads(cases, X2apicSweep.LAST_REGISTER);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("APICV-X2-007")
  @Ports({"KUT-VMX-X2-7-W", "KUT-VMX-X2-8-W"})
  void modeNotVirtualizedWrites(Cpu cpu, Cases cases) {
    X2apicSweep.of(cpu, APIC_REGISTER_VIRTUALIZATION, VIRTUAL_INTERRUPT_DELIVERY)
        .writes(cases, X2apicSweep.LAST_REGISTER);
  }
}
