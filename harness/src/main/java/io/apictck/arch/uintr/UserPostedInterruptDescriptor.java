package io.apictck.arch.uintr;

/**
 * Layout of a user posted-interrupt descriptor (UPID): 16 bytes, 64-byte aligned (Intel SDM Vol.
 * 3A, "User Interrupts", "User Posted-Interrupt Descriptor").
 */
public final class UserPostedInterruptDescriptor {
  /** How many of its bytes are used. */
  public static final int SIZE = 16;

  /** Its alignment in bytes. */
  public static final int ALIGNMENT = 64;

  /** Offset of the quadword that holds ON, SN, NV and NDST. */
  public static final int CONTROL = 0;

  /** Offset of the posted-interrupt requests, one bit for each user vector. */
  public static final int PIR = 8;

  /** Outstanding notification, in the quadword at {@link #CONTROL}. */
  public static final long ON = 1;

  /** Suppress notification, in the quadword at {@link #CONTROL}. */
  public static final long SN = 1 << 1;

  /** Bits 15:2 and 31:24 of the quadword at {@link #CONTROL}: SENDUIPI wants them 0. */
  public static final long RESERVED = 0xFF00_FFFCL;

  /** Position of the notification vector in the quadword at {@link #CONTROL}. */
  public static final int NV_SHIFT = 16;

  /** Position of the notification destination in the quadword at {@link #CONTROL}. */
  public static final int NDST_SHIFT = 32;

  private UserPostedInterruptDescriptor() {}

  /**
   * The quadword at {@link #CONTROL}.
   *
   * @param vector notification vector
   * @param apicId physical APIC ID of the processor to notify
   * @param x2apic whether the local APIC of the sender is in x2APIC mode
   */
  public static long control(int vector, int apicId, boolean x2apic) {
    long destination = x2apic ? Integer.toUnsignedLong(apicId) : (apicId & 0xFFL) << 8;
    return destination << NDST_SHIFT | (vector & 0xFFL) << NV_SHIFT;
  }
}
