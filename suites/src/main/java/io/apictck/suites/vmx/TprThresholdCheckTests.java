package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.ControlProbe;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What VM entry demands of the TPR threshold (Intel SDM Vol. 3C, "VM-Execution Control Fields").
 */
@Conformance
@Requires(Feature.TPR_SHADOW)
final class TprThresholdCheckTests {
  private static final int CLASSES = 16;
  private static final int CLASS_SHIFT = 4;

  /** VTPR with bits where the page has none. */
  private static final int VTPR_WITH_HIGH_BYTES = 0xFFFF_FF20;

  @Test
  @Sweep
  @Covers("VMX-CTL-004")
  void theThresholdHasFourBits(Cpu cpu, Cases cases) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    guest.page().setVtpr(0xF0);
    ControlProbe probe = ControlProbe.of(guest.vcpu());
    cases.range(
        CLASS_SHIFT,
        Integer.SIZE - 1,
        bit -> probe.refusesOnly(VmcsField.TPR_THRESHOLD, 1L << bit));
    probe.enters();
  }

  @Test
  @Sweep
  @Covers("VMX-CTL-005")
  void theThresholdIsNotAboveTheClassOfVtpr(Cpu cpu, Cases cases) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    ControlProbe probe = ControlProbe.of(guest.vcpu());
    cases.range(
        0,
        CLASSES * CLASSES - 1,
        both -> {
          int threshold = both / CLASSES;
          int vtprClass = both % CLASSES;
          // the lower half of VTPR does not count
          guest.page().setVtpr(vtprClass << CLASS_SHIFT | (~vtprClass & (CLASSES - 1)));
          probe.expect(VmcsField.TPR_THRESHOLD, threshold, threshold <= vtprClass);
        });
    guest.vcpu().write(VmcsField.TPR_THRESHOLD, 0);
    probe.enters();
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("VMX-CTL-006")
  void virtualInterruptDeliveryDoesNotUseTheThreshold(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    Vcpu vcpu = guest.vcpu();
    for (long threshold : List.of(0xFL, 0x10L, 0xFFFF_FFFFL)) {
      vcpu.write(VmcsField.TPR_THRESHOLD, threshold);
      vcpu.enter();
      for (int priorityClass : List.of(CLASSES - 1, 1, 0)) {
        guest.guest().setCr8(priorityClass);
      }
      assertThat(guest.guest().cr8()).as("CR8").isZero();
      vcpu.leave();
    }
  }

  @Test
  @Records
  @Covers("VMX-CTL-007")
  void highBytesOfVtprAfterAnEntryThatFails(Machine machine, Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    guest.page().setVtpr(VTPR_WITH_HIGH_BYTES);
    ControlProbe probe = ControlProbe.of(guest.vcpu());
    probe.expect(VmcsField.TPR_THRESHOLD, 3, false);
    int after = guest.page().vtpr();
    machine.observe("VTPR after a failed entry", Hex.dword(after));
    assertThat(after).as("VTPR").isIn(VTPR_WITH_HIGH_BYTES, VTPR_WITH_HIGH_BYTES & 0xFF);
    probe.expect(VmcsField.TPR_THRESHOLD, 2, true);
    probe.enters();
  }

  @Test
  @Sweep
  @Covers({"VMX-CTL-004", "VMX-CTL-005", "VMX-CTL-006"})
  @Ports("KUT-VMX-CTL-TPR")
  void theThresholdIsCheckedAsTheOtherControlsDemand(Cpu cpu, Cases cases) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    for (int offset = 0; offset < VirtualApicPage.SIZE; offset += Long.BYTES) {
      guest.page().write64(offset, -1);
    }
    ControlProbe probe = ControlProbe.of(guest.vcpu());
    if (probe.allows(VmxControl.VIRTUALIZE_APIC_ACCESSES)) {
      guest.vcpu().write(VmcsField.APIC_ACCESS_ADDRESS, guest.accessPage());
    }
    cases.each(
        ThresholdEntry.Setting.all(
                probe.allows(VmxControl.VIRTUAL_INTERRUPT_DELIVERY),
                probe.allows(VmxControl.VIRTUALIZE_APIC_ACCESSES))
            .stream()
            .flatMap(ThresholdEntry::of)
            .toList(),
        entry -> {
          guest.page().setVtpr(entry.vtpr());
          probe.expect(fields(probe, entry), entry.accepted());
        });
  }

  private static Map<VmcsField, Long> fields(ControlProbe probe, ThresholdEntry entry) {
    ThresholdEntry.Setting setting = entry.setting();
    Map<VmcsField, Long> fields = new EnumMap<>(VmcsField.class);
    long primary = probe.vcpu().controls(VmxControl.USE_TPR_SHADOW.vector());
    primary = with(primary, VmxControl.USE_TPR_SHADOW, setting.shadow());
    primary = with(primary, VmxControl.ACTIVATE_SECONDARY_CONTROLS, setting.activated());
    fields.put(VmcsField.PRIMARY_CONTROLS, primary);
    if (probe.allows(VmxControl.ACTIVATE_SECONDARY_CONTROLS)) {
      fields.put(
          VmcsField.SECONDARY_CONTROLS,
          setting.secondary().stream().mapToLong(VmxControl::mask).sum());
    }
    fields.put(VmcsField.TPR_THRESHOLD, Integer.toUnsignedLong(entry.threshold()));
    return fields;
  }

  private static long with(long controls, VmxControl control, boolean on) {
    return on ? controls | control.mask() : controls & ~control.mask();
  }
}
