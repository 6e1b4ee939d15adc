package io.apictck.arch.vtd;

/**
 * The extended capability register (Intel VT-d specification, "Extended Capability Register").
 *
 * @param raw the 64 bits
 */
public record ExtendedCapability(long raw) {
  /** C: accesses to tables and queues snoop the caches of processors. */
  public static final long COHERENT = 1;

  /** QI: there is an invalidation queue. */
  public static final long QUEUED_INVALIDATION = 1 << 1;

  /** IR: interrupts can be remapped. */
  public static final long INTERRUPT_REMAPPING = 1 << 3;

  /** EIM: destinations of 32 bits. */
  public static final long EXTENDED_INTERRUPT_MODE = 1 << 4;

  /** SMTS: scalable mode; with it invalidation descriptors of 256 bits. */
  public static final long SCALABLE_MODE = 1L << 43;

  private static final int IRO_SHIFT = 8;
  private static final int IRO_UNIT = 16;
  private static final int MHMV_SHIFT = 20;
  private static final int MHMV = 0xF;

  /** The register with the given raw value. */
  public static ExtendedCapability of(long raw) {
    return new ExtendedCapability(raw);
  }

  /** Whether a bit, or all of several bits, is set. */
  public boolean has(long bits) {
    return (raw & bits) == bits;
  }

  public boolean coherent() {
    return has(COHERENT);
  }

  public boolean queuedInvalidation() {
    return has(QUEUED_INVALIDATION);
  }

  public boolean interruptRemapping() {
    return has(INTERRUPT_REMAPPING);
  }

  public boolean extendedInterruptMode() {
    return has(EXTENDED_INTERRUPT_MODE);
  }

  public boolean scalableMode() {
    return has(SCALABLE_MODE);
  }

  /** MHMV, bits 23:20: the largest index mask of an invalidation. */
  public int maximumIndexMask() {
    return (int) (raw >>> MHMV_SHIFT) & MHMV;
  }

  /** A copy with these bits set or clear. */
  public ExtendedCapability with(long bits, boolean set) {
    return new ExtendedCapability(set ? raw | bits : raw & ~bits);
  }

  /** A copy with the largest index mask. */
  public ExtendedCapability withMaximumIndexMask(int mask) {
    return new ExtendedCapability(
        (raw & ~((long) MHMV << MHMV_SHIFT)) | (long) (mask & MHMV) << MHMV_SHIFT);
  }

  /** A copy with the offset of the IOTLB registers (IRO, bits 17:8), a multiple of 16. */
  public ExtendedCapability withIotlbRegisters(int offset) {
    return new ExtendedCapability(
        (raw & ~(0x3FFL << IRO_SHIFT)) | (long) (offset / IRO_UNIT) << IRO_SHIFT);
  }
}
