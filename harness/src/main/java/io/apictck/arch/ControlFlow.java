package io.apictck.arch;

/**
 * Control-flow enforcement: bits of IA32_U_CET, and error codes of #CP (Intel SDM Vol. 1,
 * "Control-flow Enforcement Technology (CET)"; Vol. 3A, "Interrupt 21, Control Protection
 * Exception").
 */
public final class ControlFlow {
  /** SH_STK_EN: there is a shadow stack. */
  public static final long SHADOW_STACK = 1;

  /** WR_SHSTK_EN: WRSS may write it. */
  public static final long WRITE_SHADOW_STACK = 1 << 1;

  /** ENDBR_EN: indirect branches are tracked. */
  public static final long TRACKING = 1 << 2;

  /** Bits 9:6. */
  public static final long RESERVED = 0x3C0;

  /** SUPPRESS. */
  public static final long SUPPRESS = 1 << 10;

  /** TRACKER: an end-branch instruction has to come next. */
  public static final long TRACKER = 1 << 11;

  /** Error code: a far return, IRET or UIRET does not go where the shadow stack says. */
  public static final int FAR_RETURN = 2;

  /** Error code: an end-branch instruction is missing. */
  public static final int END_BRANCH = 3;

  /** How long ENDBR64 is. */
  public static final int END_BRANCH_LENGTH = 4;

  private ControlFlow() {}
}
