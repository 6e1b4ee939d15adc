package io.apictck.arch;

/** Exception vectors (Intel SDM Vol. 3A, "Protected-Mode Exceptions and Interrupts"). */
public final class Exceptions {
  /** Debug exception. */
  public static final int DB = 1;

  /** Non-maskable interrupt. */
  public static final int NMI = 2;

  /** Breakpoint. */
  public static final int BP = 3;

  /** Invalid opcode. */
  public static final int UD = 6;

  /** Double fault. */
  public static final int DF = 8;

  /** Stack fault. */
  public static final int SS = 12;

  /** General protection. */
  public static final int GP = 13;

  /** Page fault. */
  public static final int PF = 14;

  /** Control protection. */
  public static final int CP = 21;

  private Exceptions() {}
}
