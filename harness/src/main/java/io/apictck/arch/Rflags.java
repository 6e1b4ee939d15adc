package io.apictck.arch;

/** Bits of RFLAGS (Intel SDM Vol. 1, "EFLAGS Register"). */
public final class Rflags {
  /** Bit 1, always one. */
  public static final long FIXED = 1 << 1;

  /** Trap flag: single step. */
  public static final long TF = 1 << 8;

  /** Interrupt-enable flag. */
  public static final long IF = 1 << 9;

  /** Resume flag. */
  public static final long RF = 1 << 16;

  private Rflags() {}
}
