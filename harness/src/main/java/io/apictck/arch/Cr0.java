package io.apictck.arch;

/** Bits of CR0 that matter here (Intel SDM Vol. 3A, "Control Registers"). */
public final class Cr0 {
  /** Protected mode. */
  public static final long PE = 1;

  /** Write protection: the supervisor may not write to read-only pages either. */
  public static final long WP = 1 << 16;

  /** Paging. */
  public static final long PG = 1L << 31;

  private Cr0() {}
}
