package io.apictck.suites.posted;

import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.ControlProbe;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What VM entry demands for posted-interrupt processing (Intel SDM Vol. 3C, "VM-Execution Control
 * Fields").
 */
@Conformance
@Requires(Feature.POSTED_INTERRUPTS)
final class EntryCheckTests {
  private static final int VECTOR_BITS = 16;
  private static final int LEGAL_VECTOR_BITS = 8;

  private static ControlProbe probe(Cpu cpu) {
    return ControlProbe.of(ApicGuest.of(cpu, VmxControl.PROCESS_POSTED_INTERRUPTS).vcpu());
  }

  private static void expect(
      ControlProbe probe, boolean delivery, boolean acknowledge, boolean accepted) {
    turn(probe, VmxControl.VIRTUAL_INTERRUPT_DELIVERY, delivery);
    turn(probe, VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT, acknowledge);
    probe.expect(accepted);
  }

  private static void turn(ControlProbe probe, VmxControl control, boolean on) {
    if (on) {
      probe.vcpu().set(control);
    } else {
      probe.vcpu().clear(control);
    }
  }

  @Test
  @Covers({"PI-CTL-001", "VMX-CTL-012"})
  void postedInterruptsNeedDeliveryAndAcknowledge(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    probe.refusesWithout(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    probe.refusesWithout(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    probe.enters();
  }

  @Test
  @Covers({"PI-CTL-001", "VMX-CTL-012"})
  @Ports({
    "KUT-VMX-CTL-PI-1",
    "KUT-VMX-CTL-PI-2",
    "KUT-VMX-CTL-PI-3",
    "KUT-VMX-CTL-PI-4",
    "KUT-VMX-CTL-PI-5",
    "KUT-VMX-CTL-PI-6"
  })
  void sequenceOfControls(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    expect(probe, false, false, false);
    expect(probe, true, false, false);
    expect(probe, true, false, false);
    expect(probe, true, true, true);
    expect(probe, false, true, false);
    expect(probe, true, true, true);
    probe.enters();
  }

  /** Without the control none of its fields counts. */
  @Test
  @Covers({"PI-CTL-001", "VMX-CTL-012"})
  void withoutPostedInterruptsTheFieldsAreNotLookedAt(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    probe.vcpu().clear(VmxControl.PROCESS_POSTED_INTERRUPTS);
    probe.vcpu().write(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, 0xFFFF);
    probe.vcpu().write(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, -1);
    probe.accepts();
    probe.vcpu().set(VmxControl.PROCESS_POSTED_INTERRUPTS);
    probe.refuses();
    probe.vcpu().clear(VmxControl.PROCESS_POSTED_INTERRUPTS);
    probe.enters();
  }

  @Test
  @Sweep
  @Covers({"PI-CTL-001", "VMX-CTL-012"})
  void everyVectorCanNotify(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    cases.range(
        0,
        0xFF,
        vector -> probe.expect(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, vector, true));
    probe.enters();
  }

  @Test
  @Covers({"PI-CTL-001", "VMX-CTL-012"})
  @Ports("KUT-VMX-CTL-PI-VEC")
  void theNotificationVectorHasEightBits(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    for (int bit = 0; bit < VECTOR_BITS; bit++) {
      probe.expect(
          VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, 1L << bit, bit < LEGAL_VECTOR_BITS);
    }
    probe.expect(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, 0, true);
    probe.enters();
  }

  @Test
  @Sweep
  @Covers({"PI-CTL-001", "VMX-CTL-012"})
  @Ports("KUT-VMX-CTL-PI-ADDR")
  void theDescriptorIsAligned(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    VmcsField field = VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS;
    long good = probe.vcpu().read(field);
    for (long address : List.of(1L, 2L, 4L, 8L, 0x10L, 0x20L, 0xF0L, 0xFFL, 0xFL)) {
      probe.expect(field, address, false);
    }
    for (long address : List.of(0x8000L, 0L, 0xC000L, good)) {
      probe.expect(field, address, true);
    }
    probe.sweepAddresses(cases, field, PostedInterruptDescriptor.SIZE, true);
    probe.enters();
  }
}
