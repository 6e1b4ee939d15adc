package io.apictck.suites.passthrough;

import io.apictck.arch.ApicBase;
import io.apictck.arch.Msr;
import io.apictck.machine.Cpu;
import io.apictck.suites.support.hypervisor.Technique;
import io.apictck.suites.support.hypervisor.VirtualMachine;
import io.apictck.suites.support.hypervisor.VirtualProcessor;

/** Guests with the physical local APIC. */
final class PassThrough {
  private PassThrough() {}

  /** Virtual processors that run and have switched to x2APIC mode; no VM exit is counted yet. */
  static VirtualMachine running(Cpu... hosts) {
    VirtualMachine machine = VirtualMachine.of(Technique.PASS_THROUGH, hosts).enter();
    machine.processors().forEach(PassThrough::switchToX2apic);
    machine.forgetExits();
    return machine;
  }

  /** The guest sets x2APIC mode. */
  static void switchToX2apic(VirtualProcessor processor) {
    processor
        .cpu()
        .wrmsr(Msr.IA32_APIC_BASE, ApicBase.DEFAULT_ADDRESS | ApicBase.EN | ApicBase.EXTD);
  }
}
