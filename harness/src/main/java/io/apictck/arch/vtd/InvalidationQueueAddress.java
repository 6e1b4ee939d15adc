package io.apictck.arch.vtd;

import io.apictck.arch.PagingEntry;

/**
 * The invalidation queue address register (Intel VT-d specification, "Invalidation Queue Address
 * Register").
 *
 * @param raw the 64 bits
 */
public record InvalidationQueueAddress(long raw) {
  /** DW: descriptors of 256 bits; reserved without scalable mode. */
  public static final long WIDE = 1 << 11;

  /** Bits 10:3. */
  public static final long RESERVED = 0x7F8;

  /** Bits 18:4 of head and tail: the offset of a descriptor in the queue in bytes. */
  public static final long OFFSET = 0x7_FFF0;

  /** The largest value of the size field. */
  public static final int MAXIMUM_SIZE = 7;

  /** The register with the given raw value. */
  public static InvalidationQueueAddress of(long raw) {
    return new InvalidationQueueAddress(raw);
  }

  /**
   * A queue.
   *
   * @param base physical address, page-aligned
   * @param size 2 to the power of {@code size} is the number of pages
   * @param wide whether descriptors have 256 bits
   */
  public static InvalidationQueueAddress of(long base, int size, boolean wide) {
    return new InvalidationQueueAddress(base | (wide ? WIDE : 0) | size);
  }

  /** Bits 63:12: physical address of the queue. */
  public long base() {
    return raw & -PagingEntry.PAGE;
  }

  /** DW, bit 11. */
  public boolean wide() {
    return (raw & WIDE) != 0;
  }

  /** QS, bits 2:0. */
  public int size() {
    return (int) raw & MAXIMUM_SIZE;
  }

  /** Size of the queue in bytes. */
  public long bytes() {
    return (long) PagingEntry.PAGE << size();
  }

  /** Size of a descriptor in bytes. */
  public int descriptorSize() {
    return wide() ? 2 * InvalidationDescriptor.SIZE : InvalidationDescriptor.SIZE;
  }
}
