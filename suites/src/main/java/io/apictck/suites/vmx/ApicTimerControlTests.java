package io.apictck.suites.vmx;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.EntryResult;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.ControlProbe;
import org.junit.jupiter.api.Test;

/**
 * What APIC-timer virtualization seems to need (Intel SDM Vol. 3C, "VM-Execution Control Fields");
 * only recorded until the list is certain.
 */
@Conformance
@Requires({Feature.APIC_TIMER_VIRTUALIZATION, Feature.VIRTUAL_INTERRUPT_DELIVERY})
final class ApicTimerControlTests {
  private static void observe(Machine machine, Vcpu vcpu, String what) {
    boolean refused = vcpu.tryEnter() instanceof EntryResult.Refused;
    machine.observe("APIC-timer virtualization " + what, refused ? "is refused" : "is accepted");
  }

  @Test
  @Records
  @Covers("VMX-CTL-016")
  void needsOfApicTimerVirtualization(Machine machine, Cpu cpu) {
    Vcpu vcpu = ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY).vcpu();
    ControlProbe probe = ControlProbe.of(vcpu);
    vcpu.write(VmcsField.VIRTUAL_TIMER_VECTOR, 0x61);
    vcpu.set(VmxControl.APIC_TIMER_VIRTUALIZATION);
    observe(machine, vcpu, "with all it needs");
    vcpu.write(VmcsField.VIRTUAL_TIMER_VECTOR, 0x161);
    observe(machine, vcpu, "with a vector of more than 8 bits");
    vcpu.write(VmcsField.VIRTUAL_TIMER_VECTOR, 0x61);
    vcpu.set(VmxControl.RDTSC_EXITING);
    observe(machine, vcpu, "with RDTSC exiting");
    vcpu.clear(VmxControl.RDTSC_EXITING, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    observe(machine, vcpu, "without virtual-interrupt delivery");
    vcpu.clear(VmxControl.APIC_TIMER_VIRTUALIZATION);
    probe.enters();
  }
}
