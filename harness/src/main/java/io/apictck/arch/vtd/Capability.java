package io.apictck.arch.vtd;

/**
 * The capability register (Intel VT-d specification, "Capability Register").
 *
 * @param raw the 64 bits
 */
public record Capability(long raw) {
  /** CM: entries that are not present, too, may be cached. */
  public static final long CACHING_MODE = 1L << 7;

  /** SAGAW, bits 12:8: page tables of three levels for 39 bits of address. */
  public static final long ADDRESS_WIDTH_39 = 1L << 9;

  /** SLLPS, bits 37:34: pages of 2 MiB. */
  public static final long PAGES_OF_2_MIB = 1L << 34;

  /** SLLPS, bits 37:34: pages of 1 GiB. */
  public static final long PAGES_OF_1_GIB = 1L << 35;

  /** PI: interrupts can be posted. */
  public static final long POSTED_INTERRUPTS = 1L << 59;

  /** ESIRTPS: SIRTP invalidates the interrupt entry cache itself. */
  public static final long ENHANCED_SIRTP = 1L << 62;

  /** ESRTPS: SRTP invalidates the translation caches itself. */
  public static final long ENHANCED_SRTP = 1L << 63;

  private static final int MGAW_SHIFT = 16;
  private static final int FRO_SHIFT = 24;
  private static final int FRO = 0x3FF;
  private static final int FRO_UNIT = 16;
  private static final int NFR_SHIFT = 40;
  private static final int NFR = 0xFF;

  /** The register with the given raw value. */
  public static Capability of(long raw) {
    return new Capability(raw);
  }

  /** Whether a bit, or all of several bits, is set. */
  public boolean has(long bits) {
    return (raw & bits) == bits;
  }

  public boolean cachingMode() {
    return has(CACHING_MODE);
  }

  public boolean postedInterrupts() {
    return has(POSTED_INTERRUPTS);
  }

  public boolean enhancedSirtp() {
    return has(ENHANCED_SIRTP);
  }

  /** Offset of the first fault recording register in bytes: bits 33:24 times 16. */
  public int faultRecordOffset() {
    return ((int) (raw >>> FRO_SHIFT) & FRO) * FRO_UNIT;
  }

  /** How many fault recording registers there are: bits 47:40 plus 1. */
  public int faultRecords() {
    return ((int) (raw >>> NFR_SHIFT) & NFR) + 1;
  }

  /** A copy with these bits set or clear. */
  public Capability with(long bits, boolean set) {
    return new Capability(set ? raw | bits : raw & ~bits);
  }

  /** A copy with fault recording registers; the offset is a multiple of 16. */
  public Capability withFaultRecords(int offset, int count) {
    long without = raw & ~((long) FRO << FRO_SHIFT | (long) NFR << NFR_SHIFT);
    return new Capability(
        without | (long) (offset / FRO_UNIT) << FRO_SHIFT | (count - 1L) << NFR_SHIFT);
  }

  /** A copy with a maximum guest address width (bits 21:16). */
  public Capability withMaximumGuestAddressWidth(int bits) {
    return new Capability((raw & ~(0x3FL << MGAW_SHIFT)) | (bits - 1L) << MGAW_SHIFT);
  }
}
