package io.apictck.suites.processor;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.machine.Cpu;

/** Sends NMIs by IPI. */
final class Nmis {
  private Nmis() {}

  /** An NMI from {@code sender} to {@code target}, which may be the same processor. */
  static void send(Cpu sender, Cpu target) {
    sender.lapic().send(InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(target.apicId()));
  }
}
