package io.apictck.target.qemu;

import java.util.regex.Pattern;

/**
 * What QEMU's monitor tells of a processor.
 *
 * @param halted whether it executes nothing until an event comes
 * @param atResetVector whether its next instruction is the first one after INIT
 */
record ProcessorState(boolean halted, boolean atResetVector) {
  private static final Pattern HALTED = Pattern.compile("\\bHLT=1\\b");
  private static final Pattern IP = Pattern.compile("\\b[ER]IP=0*fff0\\b");
  private static final Pattern CS = Pattern.compile("\\bCS =f000\\b");

  /** Reads the answer to {@code info registers}. */
  static ProcessorState of(String registers) {
    return new ProcessorState(
        HALTED.matcher(registers).find(),
        IP.matcher(registers).find() && CS.matcher(registers).find());
  }
}
