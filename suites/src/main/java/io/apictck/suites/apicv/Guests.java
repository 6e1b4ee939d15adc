package io.apictck.suites.apicv;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Cpu;
import io.apictck.suites.support.ApicGuest;

/** Guests with virtual-interrupt delivery. */
final class Guests {
  /** MSR of SELF IPI. */
  static final int SELF_IPI = LapicRegister.SELF_IPI.msr();

  private Guests() {}

  /** One that reaches its local APIC by MSRs. */
  static ApicGuest withMsrs(Cpu host) {
    return ApicGuest.of(
        host, VmxControl.VIRTUAL_INTERRUPT_DELIVERY, VmxControl.VIRTUALIZE_X2APIC_MODE);
  }

  /** One that reaches its local APIC by the APIC-access page. */
  static ApicGuest withPage(Cpu host) {
    return ApicGuest.of(
        host, VmxControl.VIRTUAL_INTERRUPT_DELIVERY, VmxControl.VIRTUALIZE_APIC_ACCESSES);
  }
}
