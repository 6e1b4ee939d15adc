package io.apictck.suites.support;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.machine.Cpu;

/** INIT and start-up by IPIs (Intel SDM Vol. 3A, "Multiple-Processor Initialization"). */
public final class Startup {
  private Startup() {}

  /** Resets {@code target} by an INIT IPI. */
  public static void init(Cpu sender, Cpu target) {
    send(sender, target, DeliveryMode.INIT, 0);
    target.expectInit();
  }

  /** Starts {@code target}, which waits for it, by a start-up IPI. */
  public static void start(Cpu sender, Cpu target) {
    sendStartup(sender, target);
    target.expectStart();
  }

  /** INIT, then start-up. */
  public static void restart(Cpu sender, Cpu target) {
    init(sender, target);
    start(sender, target);
  }

  /** Sends a start-up IPI that may have no effect. */
  public static void sendStartup(Cpu sender, Cpu target) {
    send(
        sender,
        target,
        DeliveryMode.STARTUP,
        sender.machine().description().startVectors().getFirst());
  }

  private static void send(Cpu sender, Cpu target, DeliveryMode mode, int vector) {
    sender.lapic().send(InterruptCommand.of(mode, vector).withDestination(target.apicId()));
  }
}
