package io.apictck.arch.vtd;

import io.apictck.arch.RedirectionEntry;

/**
 * A redirection table entry of an I/O APIC in remappable format (Intel VT-d specification,
 * "Programming in I/OxAPIC").
 *
 * @param raw the 64 bits
 */
public record RemappableRedirectionEntry(long raw) {
  /** Bit 48: 1 is remappable format. */
  public static final long FORMAT = 1L << 48;

  /** Bits 47:17 and 10:8. */
  public static final long RESERVED = 0xFFFF_FFFE_0700L;

  private static final int INDEX_LOW = 0x7FFF;
  private static final int INDEX_LOW_SHIFT = 49;
  private static final int INDEX_HIGH = 1 << 15;
  private static final long INDEX_HIGH_BIT = 1L << 11;

  /** All bits in which an index can be. */
  public static final long INDEX = (long) INDEX_LOW << INDEX_LOW_SHIFT | INDEX_HIGH_BIT;

  /** The entry with the given raw value. */
  public static RemappableRedirectionEntry of(long raw) {
    return new RemappableRedirectionEntry(raw);
  }

  /**
   * An unmasked, edge-triggered, active-high entry.
   *
   * @param index of the entry in the interrupt remapping table
   * @param vector what EOIs are compared with
   */
  public static RemappableRedirectionEntry of(int index, int vector) {
    return new RemappableRedirectionEntry(FORMAT | indexBits(index) | (vector & 0xFF));
  }

  private static long indexBits(int index) {
    return (long) (index & INDEX_LOW) << INDEX_LOW_SHIFT
        | ((index & INDEX_HIGH) != 0 ? INDEX_HIGH_BIT : 0);
  }

  /** Whether it is in remappable format. */
  public boolean isRemappable() {
    return (raw & FORMAT) != 0;
  }

  /** Bits 63:49 with bit 11 above them. */
  public int index() {
    return (int) (raw >>> INDEX_LOW_SHIFT) | ((raw & INDEX_HIGH_BIT) != 0 ? INDEX_HIGH : 0);
  }

  public int vector() {
    return (int) raw & 0xFF;
  }

  /** A copy with another index. */
  public RemappableRedirectionEntry withIndex(int index) {
    return new RemappableRedirectionEntry((raw & ~INDEX) | indexBits(index));
  }

  /** A copy that is level-triggered or not. */
  public RemappableRedirectionEntry withLevel(boolean level) {
    return new RemappableRedirectionEntry(entry().withLevel(level).raw());
  }

  /** A copy that is masked or not. */
  public RemappableRedirectionEntry withMasked(boolean masked) {
    return new RemappableRedirectionEntry(entry().withMasked(masked).raw());
  }

  /** The same 64 bits, to be written. */
  public RedirectionEntry entry() {
    return RedirectionEntry.of(raw);
  }
}
