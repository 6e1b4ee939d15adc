package io.apictck.suites.support;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.machine.LocalApic;
import io.apictck.platform.Instruction;

/** Fixed IPIs to oneself as one instruction, for blocks. */
public final class SelfIpi {
  private SelfIpi() {}

  /**
   * The ICR write that sends it by shorthand, in the current mode; the high half does not matter.
   */
  public static Instruction of(LocalApic lapic, int vector) {
    return lapic.writing(
        LapicRegister.ICR, InterruptCommand.fixed(vector).withShorthand(Shorthand.SELF).raw());
  }
}
