package io.apictck.arch.vmx;

/**
 * The quadword of a posted-interrupt descriptor that tells whether, how and whom to notify (Intel
 * VT-d specification, "Posted Interrupt Descriptor"; Intel SDM Vol. 3C, "Posted-Interrupt
 * Processing").
 *
 * @param raw bits 319:256 of the descriptor
 */
public record NotificationControl(long raw) {
  private static final long VECTOR = 0xFFL << PostedInterruptDescriptor.NV_SHIFT;
  private static final long DESTINATION = -1L << PostedInterruptDescriptor.NDST_SHIFT;

  /** The quadword with the given raw value. */
  public static NotificationControl of(long raw) {
    return new NotificationControl(raw);
  }

  /**
   * ON and SN zero.
   *
   * @param vector NV
   * @param apicId NDST
   * @param extended whether destinations have 32 bits; otherwise the ID is in bits 303:296
   */
  public static NotificationControl to(int vector, int apicId, boolean extended) {
    return of(0).withVector(vector).withDestination(apicId, extended);
  }

  /** ON, outstanding notification. */
  public boolean outstanding() {
    return (raw & PostedInterruptDescriptor.ON) != 0;
  }

  /** SN, suppress notification. */
  public boolean suppressed() {
    return (raw & PostedInterruptDescriptor.SN) != 0;
  }

  /** NV, notification vector. */
  public int vector() {
    return PostedInterruptDescriptor.notificationVector(raw);
  }

  /**
   * NDST, notification destination.
   *
   * @param extended whether it has 32 bits
   */
  public int destination(boolean extended) {
    return PostedInterruptDescriptor.notificationDestination(raw, extended);
  }

  /** A copy with another ON. */
  public NotificationControl withOutstanding(boolean outstanding) {
    return with(PostedInterruptDescriptor.ON, outstanding);
  }

  /** A copy with another SN. */
  public NotificationControl withSuppressed(boolean suppressed) {
    return with(PostedInterruptDescriptor.SN, suppressed);
  }

  /** A copy with another NV. */
  public NotificationControl withVector(int vector) {
    return of((raw & ~VECTOR) | (vector & 0xFFL) << PostedInterruptDescriptor.NV_SHIFT);
  }

  /**
   * A copy with another NDST.
   *
   * @param extended whether destinations have 32 bits; otherwise the ID is in bits 303:296
   */
  public NotificationControl withDestination(int apicId, boolean extended) {
    return of((raw & ~DESTINATION) | PostedInterruptDescriptor.control(0, apicId, extended));
  }

  /** A copy in which bits are set or clear. */
  public NotificationControl with(long bits, boolean set) {
    return of(set ? raw | bits : raw & ~bits);
  }
}
