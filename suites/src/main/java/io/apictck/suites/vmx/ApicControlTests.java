package io.apictck.suites.vmx;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.ControlProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Which controls of APIC virtualization go together, and which addresses they take (Intel SDM Vol.
 * 3C, "VM-Execution Control Fields").
 */
@Conformance
@Requires(Feature.VMX)
final class ApicControlTests {

  /** Controls that need the TPR shadow. */
  private static final List<VmxControl> SHADOW_USERS =
      List.of(
          VmxControl.VIRTUALIZE_X2APIC_MODE,
          VmxControl.APIC_REGISTER_VIRTUALIZATION,
          VmxControl.VIRTUAL_INTERRUPT_DELIVERY);

  /** The non-empty subsets of {@link #SHADOW_USERS}, without members that may not be 1. */
  private static List<List<VmxControl>> shadowUsers(Predicate<VmxControl> allowed) {
    List<List<VmxControl>> subsets = new ArrayList<>();
    for (int bits = 1; bits < 1 << SHADOW_USERS.size(); bits++) {
      List<VmxControl> subset = new ArrayList<>();
      for (int i = 0; i < SHADOW_USERS.size(); i++) {
        if ((bits >>> i & 1) != 0 && allowed.test(SHADOW_USERS.get(i))) {
          subset.add(SHADOW_USERS.get(i));
        }
      }
      subsets.add(subset);
    }
    return subsets;
  }

  private static ControlProbe probe(Cpu cpu, VmxControl... controls) {
    return ControlProbe.of(ApicGuest.of(cpu, controls).vcpu());
  }

  private static void expect(ControlProbe probe, List<VmxControl> controls, boolean accepted) {
    VmxControl[] all = controls.toArray(VmxControl[]::new);
    probe.vcpu().set(all);
    probe.expect(accepted);
    probe.vcpu().clear(all);
  }

  @Test
  @Sweep
  @Requires(Feature.TPR_SHADOW)
  @Covers("VMX-CTL-003")
  @Ports("KUT-VMX-CTL-VAPIC")
  void theVirtualApicPageIsAPage(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu, VmxControl.USE_TPR_SHADOW);
    Vcpu vcpu = probe.vcpu();
    vcpu.set(VmxControl.CR8_LOAD_EXITING, VmxControl.CR8_STORE_EXITING);
    probe.sweepAddresses(cases, VmcsField.VIRTUAL_APIC_ADDRESS, PagingEntry.PAGE, true);
    vcpu.clear(VmxControl.USE_TPR_SHADOW);
    probe.sweepAddresses(cases, VmcsField.VIRTUAL_APIC_ADDRESS, PagingEntry.PAGE, false);
    vcpu.set(VmxControl.USE_TPR_SHADOW);
    probe.enters();
  }

  @Test
  @Sweep
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers("VMX-CTL-009")
  @Ports("KUT-VMX-CTL-ACCESS")
  void theApicAccessPageIsAPage(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    probe.sweepAddresses(cases, VmcsField.APIC_ACCESS_ADDRESS, PagingEntry.PAGE, true);
    probe.vcpu().clear(VmxControl.VIRTUALIZE_APIC_ACCESSES);
    probe.sweepAddresses(cases, VmcsField.APIC_ACCESS_ADDRESS, PagingEntry.PAGE, false);
    probe.vcpu().set(VmxControl.VIRTUALIZE_APIC_ACCESSES);
    probe.enters();
  }

  @Test
  @Sweep
  @Requires(Feature.MSR_BITMAPS)
  @Covers("VMX-CTL-013")
  void theMsrBitmapIsAPage(Cpu cpu, Cases cases) {
    ControlProbe probe = ControlProbe.of(cpu.vmx().newVcpu());
    probe.vcpu().set(VmxControl.USE_MSR_BITMAPS);
    probe.sweepAddresses(cases, VmcsField.MSR_BITMAP, PagingEntry.PAGE, true);
    probe.vcpu().clear(VmxControl.USE_MSR_BITMAPS);
    probe.sweepAddresses(cases, VmcsField.MSR_BITMAP, PagingEntry.PAGE, false);
    probe.vcpu().set(VmxControl.USE_MSR_BITMAPS);
    probe.enters();
  }

  @Test
  @Requires(Feature.TPR_SHADOW)
  @Covers("VMX-CTL-008")
  @Ports("KUT-VMX-CTL-COMB-1")
  void withoutTprShadowNothingOfTheApicIsVirtualized(Cpu cpu) {
    ControlProbe probe = probe(cpu, VmxControl.USE_TPR_SHADOW);
    probe.vcpu().clear(VmxControl.USE_TPR_SHADOW);
    for (List<VmxControl> subset : shadowUsers(probe::allows)) {
      expect(probe, subset, subset.isEmpty());
    }
    probe.accepts();
    probe.enters();
  }

  @Test
  @Requires(Feature.TPR_SHADOW)
  @Covers("VMX-CTL-008")
  @Ports("KUT-VMX-CTL-COMB-2")
  void withTprShadowAllOfTheApicMayBeVirtualized(Cpu cpu) {
    ControlProbe probe = probe(cpu, VmxControl.USE_TPR_SHADOW);
    for (List<VmxControl> subset : shadowUsers(probe::allows)) {
      expect(probe, subset, true);
    }
    probe.enters();
  }

  @Test
  @Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("VMX-CTL-010")
  @Ports("KUT-VMX-CTL-COMB-3")
  void theApicIsVirtualizedInOneMode(Cpu cpu) {
    ControlProbe probe = probe(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    probe.vcpu().clear(VmxControl.VIRTUALIZE_APIC_ACCESSES);
    probe.accepts();
    expect(probe, List.of(VmxControl.VIRTUALIZE_APIC_ACCESSES), true);
    expect(
        probe,
        List.of(VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.VIRTUALIZE_X2APIC_MODE),
        false);
    expect(probe, List.of(VmxControl.VIRTUALIZE_X2APIC_MODE), true);
    probe.enters();
  }

  @Test
  @Requires({Feature.TPR_SHADOW, Feature.VIRTUAL_INTERRUPT_DELIVERY})
  @Covers("VMX-CTL-011")
  @Ports("KUT-VMX-CTL-VID")
  void virtualInterruptDeliveryNeedsExternalInterruptExiting(Cpu cpu) {
    ControlProbe probe = probe(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    Vcpu vcpu = probe.vcpu();
    vcpu.clear(VmxControl.VIRTUAL_INTERRUPT_DELIVERY, VmxControl.EXTERNAL_INTERRUPT_EXITING);
    probe.accepts();
    vcpu.set(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    probe.refuses();
    vcpu.set(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    probe.accepts();
    vcpu.clear(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    probe.refuses();
    vcpu.set(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    probe.enters();
  }
}
