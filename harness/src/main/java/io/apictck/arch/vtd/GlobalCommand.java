package io.apictck.arch.vtd;

import java.util.stream.Stream;

/**
 * Bits of the global command register; each has its status at the same place in the global status
 * register (Intel VT-d specification, "Global Command Register", "Global Status Register").
 */
public enum GlobalCommand {
  /** Translation enable; status TES. */
  TE(31, false),
  /** Set root table pointer; status RTPS. */
  SRTP(30, true),
  /** Set fault log; status FLS. */
  SFL(29, true),
  /** Enable advanced fault logging; status AFLS. */
  EAFL(28, false),
  /** Write buffer flush; status WBFS. */
  WBF(27, true),
  /** Queued invalidation enable; status QIES. */
  QIE(26, false),
  /** Interrupt remapping enable; status IRES. */
  IRE(25, false),
  /** Set interrupt remap table pointer; status IRTPS. */
  SIRTP(24, true),
  /** Compatibility format interrupts pass; status CFIS. */
  CFI(23, false);

  /**
   * The bits of the global status register that software writes back with a command: all but the
   * one-shot ones.
   */
  public static final int PERSISTENT =
      ~Stream.of(values()).filter(GlobalCommand::oneShot).mapToInt(GlobalCommand::mask).sum();

  private final int bit;
  private final boolean oneShot;

  GlobalCommand(int bit, boolean oneShot) {
    this.bit = bit;
    this.oneShot = oneShot;
  }

  /** Its bit, alone. */
  public int mask() {
    return 1 << bit;
  }

  /** Whether 1 orders something once; otherwise 1 is on and 0 is off. */
  public boolean oneShot() {
    return oneShot;
  }

  /** Whether its bit is set in a value of the command or of the status register. */
  public boolean in(int register) {
    return (register & mask()) != 0;
  }
}
