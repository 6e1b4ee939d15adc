package io.apictck.arch;

/** Bits of the error code of a page fault (Intel SDM Vol. 3A, "Page-Fault Exceptions"). */
public final class PageFaultCode {
  /** P: not for a page that is not present. */
  public static final int PRESENT = 1;

  /** W/R: of a write. */
  public static final int WRITE = 1 << 1;

  /** U/S: of a user-mode access. */
  public static final int USER = 1 << 2;

  /** RSVD: a reserved bit is set in an entry. */
  public static final int RESERVED = 1 << 3;

  /** I/D: of an instruction fetch. */
  public static final int FETCH = 1 << 4;

  /** SS: of an access to a shadow stack. */
  public static final int SHADOW_STACK = 1 << 6;

  private PageFaultCode() {}
}
