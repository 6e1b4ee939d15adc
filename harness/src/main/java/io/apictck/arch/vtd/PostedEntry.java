package io.apictck.arch.vtd;

/**
 * A table entry in posted format (Intel VT-d specification, "Interrupt Remapping Table Entry (IRTE)
 * for Posted Interrupts").
 *
 * @param low bits 63:0
 * @param high bits 127:64
 */
public record PostedEntry(long low, long high) implements RemappingEntry {
  /** URG, bit 14: SN of the descriptor does not keep it from notifying. */
  public static final long URGENT = 1 << 14;

  /** Bits 7:2, 13:12, 31:24 and 37:32. */
  public static final long RESERVED_LOW = 0x003F_FF00_30FCL;

  /** Bits 95:84 in the high half. */
  public static final long RESERVED_HIGH = 0xFFF0_0000L;

  /** Bits 31:6 of the descriptor's address are bits 63:38. */
  private static final long ADDRESS_LOW = 0xFFFF_FFC0L;

  private static final int ADDRESS_LOW_SHIFT = 32;
  private static final long ADDRESS_HIGH = 0xFFFF_FFFF_0000_0000L;

  /** Not present, all bits zero but the format. */
  public static final PostedEntry NONE = new PostedEntry(POSTED, 0);

  /** The entry with the given halves. */
  public static PostedEntry of(long low, long high) {
    return new PostedEntry(low, high);
  }

  /**
   * A present entry that is not urgent, of any source.
   *
   * @param descriptor physical address of a posted-interrupt descriptor, 64-byte aligned
   */
  public static PostedEntry to(long descriptor, int vector) {
    return NONE.withPresent(true).withVector(vector).withDescriptor(descriptor);
  }

  public boolean urgent() {
    return (low & URGENT) != 0;
  }

  /** Physical address of the posted-interrupt descriptor. */
  public long descriptor() {
    return (high & ADDRESS_HIGH) | (low >>> ADDRESS_LOW_SHIFT & ADDRESS_LOW);
  }

  public PostedEntry withPresent(boolean present) {
    return with(PRESENT, present);
  }

  public PostedEntry withFaultProcessingDisabled(boolean disabled) {
    return with(FAULT_PROCESSING_DISABLE, disabled);
  }

  public PostedEntry withUrgent(boolean urgent) {
    return with(URGENT, urgent);
  }

  /** With bits 11:8. */
  public PostedEntry withAvailable(int available) {
    return new PostedEntry((low & ~AVAILABLE) | (available & 0xFL) << 8, high);
  }

  /** With the vector to post. */
  public PostedEntry withVector(int vector) {
    return new PostedEntry(
        (low & ~(0xFFL << VECTOR_SHIFT)) | (vector & 0xFFL) << VECTOR_SHIFT, high);
  }

  /** With the descriptor at a physical address, 64-byte aligned. */
  public PostedEntry withDescriptor(long address) {
    return new PostedEntry(
        (low & ~(ADDRESS_LOW << ADDRESS_LOW_SHIFT)) | (address & ADDRESS_LOW) << ADDRESS_LOW_SHIFT,
        (high & ~ADDRESS_HIGH) | (address & ADDRESS_HIGH));
  }

  public PostedEntry withSource(SourceValidation source) {
    return new PostedEntry(low, (high & ~SOURCE) | RemappingEntry.sourceBits(source));
  }

  /** A copy in which bits of the low half are set or clear. */
  public PostedEntry with(long bits, boolean set) {
    return new PostedEntry(set ? low | bits : low & ~bits, high);
  }
}
