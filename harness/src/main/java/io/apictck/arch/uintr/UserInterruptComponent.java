package io.apictck.arch.uintr;

/**
 * Layout of state component 14 in the area of XSAVES (Intel SDM Vol. 3A, "User Interrupts", "XSAVE
 * Support").
 */
public final class UserInterruptComponent {
  /** Offset of UIHANDLER. */
  public static final int HANDLER = 0;

  /** Offset of UISTACKADJUST. */
  public static final int STACKADJUST = 8;

  /** Offset of UITTSZ and UINV, as in IA32_UINTR_MISC, and {@link #UIF}. */
  public static final int MISC = 16;

  /** Offset of UPIDADDR. */
  public static final int PD = 24;

  /** Offset of UIRR. */
  public static final int RR = 32;

  /** Offset of UITTADDR and the enable bit of SENDUIPI, as in IA32_UINTR_TT. */
  public static final int TT = 40;

  /** Its size in bytes. */
  public static final int SIZE = 48;

  /** UIF, in the quadword at {@link #MISC}. */
  public static final long UIF = 1L << 63;

  private UserInterruptComponent() {}
}
