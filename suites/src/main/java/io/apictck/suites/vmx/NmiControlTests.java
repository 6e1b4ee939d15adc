package io.apictck.suites.vmx;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ControlProbe;
import org.junit.jupiter.api.Test;

/** Which controls for NMIs go together (Intel SDM Vol. 3C, "VM-Execution Control Fields"). */
@Conformance
@Requires(Feature.VIRTUAL_NMIS)
final class NmiControlTests {
  private static void turn(ControlProbe probe, VmxControl control, boolean on) {
    if (on) {
      probe.vcpu().set(control);
    } else {
      probe.vcpu().clear(control);
    }
  }

  private static void expect(
      ControlProbe probe,
      VmxControl first,
      boolean firstOn,
      VmxControl second,
      boolean secondOn,
      boolean accepted) {
    turn(probe, first, firstOn);
    turn(probe, second, secondOn);
    probe.expect(accepted);
  }

  @Test
  @Covers("VMX-CTL-001")
  @Ports("KUT-VMX-CTL-NMI")
  void virtualNmisNeedNmiExiting(Cpu cpu) {
    ControlProbe probe = ControlProbe.of(cpu.vmx().newVcpu());
    VmxControl exiting = VmxControl.NMI_EXITING;
    VmxControl virtual = VmxControl.VIRTUAL_NMIS;
    expect(probe, exiting, false, virtual, false, true);
    expect(probe, exiting, false, virtual, true, false);
    expect(probe, exiting, true, virtual, true, true);
    expect(probe, exiting, true, virtual, false, true);
    probe.enters();
  }

  @Test
  @Covers("VMX-CTL-002")
  @Ports("KUT-VMX-CTL-NMI")
  void nmiWindowExitingNeedsVirtualNmis(Cpu cpu) {
    ControlProbe probe = ControlProbe.of(cpu.vmx().newVcpu());
    VmxControl virtual = VmxControl.VIRTUAL_NMIS;
    VmxControl window = VmxControl.NMI_WINDOW_EXITING;
    assumeTrue(probe.allows(window), "NMI-window exiting may be 1");
    expect(probe, virtual, false, window, true, false);
    expect(probe, virtual, false, window, false, true);
    expect(probe, virtual, true, window, true, true);
    expect(probe, virtual, true, window, false, true);
    probe.enters();
  }
}
