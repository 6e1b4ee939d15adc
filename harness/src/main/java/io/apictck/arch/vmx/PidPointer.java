package io.apictck.arch.vmx;

/** Layout of an entry of the PID-pointer table (Intel SDM Vol. 3C, "IPI Virtualization"). */
public final class PidPointer {
  /** Its size in bytes. */
  public static final int SIZE = 8;

  /** Bit 0. */
  public static final long VALID = 1;

  /** Bits 5:1 must be 0. */
  public static final long RESERVED = 0x3E;

  private PidPointer() {}

  /** A valid entry. */
  public static long to(long descriptor) {
    return descriptor | VALID;
  }
}
