package io.apictck.suites.lapic.esr;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;

/** How these tests make errors. */
final class Errors {
  private Errors() {}

  /**
   * A command with an illegal vector that nobody but the sender can notice: it is for all others.
   * Sets the send error alone.
   */
  static void sendIllegalVector(LocalApic lapic, int vector) {
    lapic.send(InterruptCommand.fixed(vector).withShorthand(Shorthand.ALL_EXCLUDING_SELF));
  }

  /** Forgets what was collected and shown. */
  static void clear(LocalApic lapic) {
    lapic.latchErrors();
    int left = lapic.latchErrors();
    if (left != 0) {
      throw new AssertionError(
          "ESR is " + Hex.dword(left) + " after two writes without an error in between");
    }
  }
}
