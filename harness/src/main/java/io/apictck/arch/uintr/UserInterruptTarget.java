package io.apictck.arch.uintr;

/**
 * Layout of an entry of the user-interrupt target table (UITT): 16 bytes (Intel SDM Vol. 3A, "User
 * Interrupts", "User-Interrupt Target Table").
 */
public final class UserInterruptTarget {
  /** Its size in bytes. */
  public static final int SIZE = 16;

  /** Offset of the quadword that holds V and UV. */
  public static final int CONTROL = 0;

  /** Offset of the linear address of the descriptor. */
  public static final int UPIDADDR = 8;

  /** Valid, in the quadword at {@link #CONTROL}. */
  public static final long V = 1;

  /** Position of the user vector in the quadword at {@link #CONTROL}. */
  public static final int UV_SHIFT = 8;

  /** Highest user vector. */
  public static final int MAX_VECTOR = 63;

  /** Bits of the quadword at {@link #CONTROL} that must be 0, those of a vector above 63 too. */
  public static final long RESERVED = ~(V | (long) MAX_VECTOR << UV_SHIFT);

  /** Bits of UPIDADDR that must be 0. */
  public static final long ADDRESS_RESERVED = UserPostedInterruptDescriptor.ALIGNMENT - 1;

  private UserInterruptTarget() {}

  /** The quadword at {@link #CONTROL} of a valid entry for a user vector. */
  public static long control(int vector) {
    return V | (long) vector << UV_SHIFT;
  }
}
