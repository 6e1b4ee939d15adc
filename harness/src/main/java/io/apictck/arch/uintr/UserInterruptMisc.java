package io.apictck.arch.uintr;

/**
 * IA32_UINTR_MISC (Intel SDM Vol. 3A, "User Interrupts", "User-Interrupt MSRs").
 *
 * @param uittsz the highest index that is valid in the target table
 * @param uinv the vector of notifications
 */
public record UserInterruptMisc(int uittsz, int uinv) {
  /** Bits 63:40 are reserved. */
  public static final long RESERVED = -1L << 40;

  private static final int UINV_SHIFT = Integer.SIZE;

  /** The fields of a value. */
  public static UserInterruptMisc of(long raw) {
    return new UserInterruptMisc((int) raw, (int) (raw >>> UINV_SHIFT) & 0xFF);
  }

  /** The value. */
  public long raw() {
    return (long) uinv << UINV_SHIFT | Integer.toUnsignedLong(uittsz);
  }

  /** With another vector of notifications. */
  public UserInterruptMisc withUinv(int vector) {
    return new UserInterruptMisc(uittsz, vector);
  }
}
