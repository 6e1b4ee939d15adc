package io.apictck.arch.vtd;

/**
 * A descriptor in the invalidation queue (Intel VT-d specification, "Queued Invalidation
 * Interface"). Of 256-bit descriptors bits 255:128 are zero.
 *
 * @param low bits 63:0
 * @param high bits 127:64
 */
public record InvalidationDescriptor(long low, long high) {
  /** Its size in bytes. */
  public static final int SIZE = 16;

  /** Type 1: context cache. */
  public static final int CONTEXT_CACHE = 1;

  /** Type 2: IOTLB. */
  public static final int IOTLB = 2;

  /** Type 3: device TLB. */
  public static final int DEVICE_TLB = 3;

  /** Type 4: interrupt entry cache. */
  public static final int INTERRUPT_ENTRY_CACHE = 4;

  /** Type 5: invalidation wait. */
  public static final int WAIT = 5;

  /** G of an interrupt entry cache invalidation: 1 is index-selective. */
  public static final long INDEX_SELECTIVE = 1 << 4;

  /** Reserved bits of an interrupt entry cache invalidation: 63:48, 26:12 and 8:5. */
  public static final long INTERRUPT_ENTRY_CACHE_RESERVED = 0xFFFF_0000_07FF_F1E0L;

  /** IF of a wait: interrupt flag. */
  public static final long INTERRUPT = 1 << 4;

  /** SW of a wait: status write. */
  public static final long STATUS_WRITE = 1 << 5;

  /** FN of a wait: fence. */
  public static final long FENCE = 1 << 6;

  /** PD of a wait: page-request drain. */
  public static final long PAGE_REQUEST_DRAIN = 1 << 7;

  /** Reserved bits of a wait: 31:12 and bit 8. */
  public static final long WAIT_RESERVED = 0xFFFF_F100L;

  /** Reserved bits of the high half of a wait: below the status address. */
  public static final long WAIT_RESERVED_HIGH = 3;

  private static final int TYPE_LOW = 0xF;
  private static final int TYPE_HIGH_SHIFT = 9;
  private static final int TYPE_HIGH = 7;
  private static final int INDEX_MASK_SHIFT = 27;
  private static final int INDEX_MASK = 0x1F;
  private static final int UPPER_SHIFT = 32;

  /** The descriptor with the given halves. */
  public static InvalidationDescriptor of(long low, long high) {
    return new InvalidationDescriptor(low, high);
  }

  /** A descriptor of a type, all else zero. */
  public static InvalidationDescriptor of(int type) {
    return new InvalidationDescriptor(
        (type & TYPE_LOW) | (long) (type >>> 4 & TYPE_HIGH) << TYPE_HIGH_SHIFT, 0);
  }

  /** Invalidates the whole interrupt entry cache. */
  public static InvalidationDescriptor allEntries() {
    return of(INTERRUPT_ENTRY_CACHE);
  }

  /**
   * Invalidates entries of the interrupt entry cache.
   *
   * @param index IIDX
   * @param mask IM: how many low bits of the index are ignored
   */
  public static InvalidationDescriptor entries(int index, int mask) {
    return allEntries()
        .with(INDEX_SELECTIVE, true)
        .with((long) (mask & INDEX_MASK) << INDEX_MASK_SHIFT, true)
        .with((index & 0xFFFFL) << UPPER_SHIFT, true);
  }

  /** A wait that does nothing when it completes. */
  public static InvalidationDescriptor waitDescriptor() {
    return of(WAIT);
  }

  /**
   * A wait that writes when it completes.
   *
   * @param address physical address, a multiple of 4
   * @param data what is written there, 32 bits
   */
  public static InvalidationDescriptor waitWriting(long address, int data) {
    return new InvalidationDescriptor(
        waitDescriptor().low | STATUS_WRITE | Integer.toUnsignedLong(data) << UPPER_SHIFT, address);
  }

  /** A copy in which bits of the low half are set or clear. */
  public InvalidationDescriptor with(long bits, boolean set) {
    return new InvalidationDescriptor(set ? low | bits : low & ~bits, high);
  }

  /** Whether a bit of the low half is set. */
  public boolean has(long bit) {
    return (low & bit) != 0;
  }

  /** Bits 11:9 and 3:0. */
  public int type() {
    return ((int) low & TYPE_LOW) | ((int) (low >>> TYPE_HIGH_SHIFT) & TYPE_HIGH) << 4;
  }

  /** IM of an interrupt entry cache invalidation, bits 31:27. */
  public int indexMask() {
    return (int) (low >>> INDEX_MASK_SHIFT) & INDEX_MASK;
  }

  /** IIDX of an interrupt entry cache invalidation, bits 47:32. */
  public int index() {
    return (int) (low >>> UPPER_SHIFT) & 0xFFFF;
  }

  /** Status data of a wait, bits 63:32. */
  public int statusData() {
    return (int) (low >>> UPPER_SHIFT);
  }

  /** Status address of a wait, bits 127:66. */
  public long statusAddress() {
    return high & ~WAIT_RESERVED_HIGH;
  }
}
