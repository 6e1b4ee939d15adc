package io.apictck.arch;

/** Bits of the error status register, offset 280h (Intel SDM Vol. 3A, "Error Handling"). */
public final class ErrorStatus {
  /** Bit 4: a lowest-priority IPI on a processor that does not support sending one. */
  public static final int REDIRECTABLE_IPI = 1 << 4;

  /** Bit 5: an illegal vector (0 to 15) in a message that this local APIC sent. */
  public static final int SEND_ILLEGAL_VECTOR = 1 << 5;

  /**
   * Bit 6: an illegal vector (0 to 15) in a message that this local APIC received, in an LVT entry
   * or a self IPI.
   */
  public static final int RECEIVE_ILLEGAL_VECTOR = 1 << 6;

  /** Bit 7: access to a reserved offset of the register page; xAPIC mode only. */
  public static final int ILLEGAL_REGISTER_ADDRESS = 1 << 7;

  /** All bits that processors since the Pentium 4 can set. */
  public static final int DEFINED =
      REDIRECTABLE_IPI | SEND_ILLEGAL_VECTOR | RECEIVE_ILLEGAL_VECTOR | ILLEGAL_REGISTER_ADDRESS;

  private ErrorStatus() {}
}
