package io.apictck.arch;

/**
 * Layout of the area of XSAVES and XRSTORS (Intel SDM Vol. 1, "Managing State Using the XSAVE
 * Feature Set").
 */
public final class Xsave {
  /** Leaf Dh: subleaf 1 says which supervisor components there are, others describe one each. */
  public static final int LEAF = 0xD;

  /** State component 14: user interrupts. */
  public static final int USER_INTERRUPTS = 14;

  /** Offset of XSTATE_BV: the components that are not in their initial state. */
  public static final int XSTATE_BV = 512;

  /** Offset of XCOMP_BV: the components that the area has room for, and {@link #COMPACTED}. */
  public static final int XCOMP_BV = 520;

  /** Bit 63 of XCOMP_BV: the compacted format. */
  public static final long COMPACTED = 1L << 63;

  /** Offset of the first component above 1 in the compacted format. */
  public static final int EXTENDED = 576;

  /** Alignment of the area in bytes. */
  public static final int ALIGNMENT = 64;

  private Xsave() {}
}
