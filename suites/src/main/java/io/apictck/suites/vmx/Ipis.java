package io.apictck.suites.vmx;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.machine.Cpu;

/** Sends IPIs that are not Fixed. */
final class Ipis {
  private Ipis() {}

  static void nmi(Cpu sender, Cpu target) {
    send(sender, target, DeliveryMode.NMI, 0);
  }

  static void init(Cpu sender, Cpu target) {
    send(sender, target, DeliveryMode.INIT, 0);
  }

  static void startup(Cpu sender, Cpu target, int vector) {
    send(sender, target, DeliveryMode.STARTUP, vector);
  }

  private static void send(Cpu sender, Cpu target, DeliveryMode mode, int vector) {
    sender.lapic().send(InterruptCommand.of(mode, vector).withDestination(target.apicId()));
  }
}
