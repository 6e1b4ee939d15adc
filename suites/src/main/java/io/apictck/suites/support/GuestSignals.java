package io.apictck.suites.support;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;

/** Events from outside that make guests exit, whatever they wait for. */
public final class GuestSignals {
  private GuestSignals() {}

  /** Sends an NMI by IPI. */
  public static void sendNmi(Cpu sender, Cpu target) {
    send(sender, target, DeliveryMode.NMI, 0);
  }

  /**
   * Makes a running guest with NMI exiting exit by an NMI; the processor takes no other NMI until
   * its host has executed IRET, or until it enters a guest without NMI blocking.
   */
  public static VmExit nmi(Vcpu vcpu, Cpu sender) {
    if (!VmxControl.NMI_EXITING.in(vcpu.controls(VmxControl.NMI_EXITING.vector()))) {
      throw new IllegalStateException(vcpu + " does not exit for NMIs");
    }
    sendNmi(sender, vcpu.host());
    return vcpu.exit();
  }

  /** Makes a guest that waits for a start-up IPI exit by one. */
  public static VmExit startUp(Vcpu vcpu, Cpu sender, int vector) {
    send(sender, vcpu.host(), DeliveryMode.STARTUP, vector);
    return vcpu.exit();
  }

  private static void send(Cpu sender, Cpu target, DeliveryMode mode, int vector) {
    sender.lapic().send(InterruptCommand.of(mode, vector).withDestination(target.apicId()));
  }
}
