package io.apictck.suites.vmx;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.suites.support.ControlProbe;

/** Guests that may be in real mode (Intel SDM Vol. 3C, "Unrestricted Guests"). */
final class RealMode {
  /** Write-back, four levels. */
  private static final long EPT_POINTER = 6 | 3 << 3;

  private RealMode() {}

  /** A guest whose controls let it run in real mode; it has no memory, and never runs. */
  static ControlProbe unrestricted(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.write(VmcsField.EPT_POINTER, cpu.machine().newPage() | EPT_POINTER);
    vcpu.set(VmxControl.ENABLE_EPT, VmxControl.UNRESTRICTED_GUEST);
    return ControlProbe.of(vcpu);
  }
}
