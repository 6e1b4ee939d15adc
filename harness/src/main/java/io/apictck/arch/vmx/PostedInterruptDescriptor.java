package io.apictck.arch.vmx;

/**
 * Layout of a posted-interrupt descriptor: 64 bytes, 64-byte aligned (Intel SDM Vol. 3C,
 * "Posted-Interrupt Processing"; Intel VT-d specification, "Posted Interrupt Descriptor").
 */
public final class PostedInterruptDescriptor {
  /** Its size and alignment in bytes. */
  public static final int SIZE = 64;

  /** Offset of the posted-interrupt requests, 256 bits. */
  public static final int PIR = 0;

  /** Offset of the quadword that holds ON, SN, NV and NDST. */
  public static final int CONTROL = 32;

  /** Outstanding notification, in the quadword at {@link #CONTROL}. */
  public static final long ON = 1;

  /** Suppress notification, in the quadword at {@link #CONTROL}. */
  public static final long SN = 1 << 1;

  /** Bits 15:2 and 31:24 of the quadword at {@link #CONTROL}: interrupt posting wants them 0. */
  public static final long RESERVED = 0xFF00_FFFCL;

  /** Bits of NDST that are 0 where destinations have eight bits, in that quadword. */
  public static final long XAPIC_NDST_RESERVED = 0xFFFF_00FF_0000_0000L;

  /** Position of the notification vector in the quadword at {@link #CONTROL}. */
  public static final int NV_SHIFT = 16;

  /** Position of the notification destination in the quadword at {@link #CONTROL}. */
  public static final int NDST_SHIFT = 32;

  private PostedInterruptDescriptor() {}

  /**
   * The quadword at {@link #CONTROL}.
   *
   * @param vector notification vector
   * @param apicId physical APIC ID of the processor to notify
   * @param x2apic whether its local APIC is in x2APIC mode
   */
  public static long control(int vector, int apicId, boolean x2apic) {
    long destination = x2apic ? Integer.toUnsignedLong(apicId) : (apicId & 0xFFL) << 8;
    return destination << NDST_SHIFT | (vector & 0xFFL) << NV_SHIFT;
  }

  /** NV of the quadword at {@link #CONTROL}. */
  public static int notificationVector(long control) {
    return (int) (control >>> NV_SHIFT) & 0xFF;
  }

  /**
   * NDST of the quadword at {@link #CONTROL}.
   *
   * @param extended whether it has 32 bits; otherwise it has eight, bits 15:8 of them
   */
  public static int notificationDestination(long control, boolean extended) {
    int field = (int) (control >>> NDST_SHIFT);
    return extended ? field : field >>> 8 & 0xFF;
  }
}
