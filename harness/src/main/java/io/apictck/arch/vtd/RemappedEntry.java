package io.apictck.arch.vtd;

import io.apictck.arch.DeliveryMode;

/**
 * A table entry in remapped format (Intel VT-d specification, "Interrupt Remapping Table Entry
 * (IRTE) for Remapped Interrupts").
 *
 * @param low bits 63:0
 * @param high bits 127:64
 */
public record RemappedEntry(long low, long high) implements RemappingEntry {
  /** DM, bit 2: 1 is logical. */
  public static final long LOGICAL = 1 << 2;

  /** RH, bit 3: redirection hint. */
  public static final long REDIRECTION_HINT = 1 << 3;

  /** TM, bit 4: 1 is level. */
  public static final long LEVEL = 1 << 4;

  /** Bits 14:12 and 31:24. */
  public static final long RESERVED_LOW = 0xFF00_7000L;

  /** Bits 127:84 in the high half. */
  public static final long RESERVED_HIGH = ~SOURCE;

  /** Bits 63:48 and 39:32: zero unless destinations have 32 bits. */
  public static final long XAPIC_RESERVED = 0xFFFF_00FF_0000_0000L;

  /** Position of DLM, bits 7:5. */
  public static final int DELIVERY_MODE_SHIFT = 5;

  /** Position of DST, bits 63:32. */
  public static final int DESTINATION_SHIFT = 32;

  /** Position of an APIC ID of eight bits, bits 47:40. */
  public static final int XAPIC_DESTINATION_SHIFT = 40;

  /** Not present, all bits zero. */
  public static final RemappedEntry NONE = new RemappedEntry(0, 0);

  /** The entry with the given halves. */
  public static RemappedEntry of(long low, long high) {
    return new RemappedEntry(low, high);
  }

  /**
   * A present, Fixed, edge-triggered entry for a physical APIC ID, of any source.
   *
   * @param extended whether destinations have 32 bits, as EIME says
   */
  public static RemappedEntry fixed(int vector, int apicId, boolean extended) {
    return NONE.withPresent(true).withVector(vector).withDestination(apicId, extended);
  }

  public boolean logical() {
    return (low & LOGICAL) != 0;
  }

  public boolean redirectionHint() {
    return (low & REDIRECTION_HINT) != 0;
  }

  public boolean level() {
    return (low & LEVEL) != 0;
  }

  /** DLM, bits 7:5. */
  public DeliveryMode deliveryMode() {
    return DeliveryMode.of((int) low >>> DELIVERY_MODE_SHIFT);
  }

  /**
   * The destination.
   *
   * @param extended whether it has 32 bits, 63:32; otherwise it has eight, 47:40
   */
  public int destination(boolean extended) {
    return extended
        ? (int) (low >>> DESTINATION_SHIFT)
        : (int) (low >>> XAPIC_DESTINATION_SHIFT) & 0xFF;
  }

  public RemappedEntry withPresent(boolean present) {
    return with(PRESENT, present);
  }

  public RemappedEntry withFaultProcessingDisabled(boolean disabled) {
    return with(FAULT_PROCESSING_DISABLE, disabled);
  }

  public RemappedEntry withLogical(boolean logical) {
    return with(LOGICAL, logical);
  }

  public RemappedEntry withRedirectionHint(boolean hint) {
    return with(REDIRECTION_HINT, hint);
  }

  public RemappedEntry withLevel(boolean level) {
    return with(LEVEL, level);
  }

  public RemappedEntry withDeliveryMode(DeliveryMode mode) {
    return withField(7, DELIVERY_MODE_SHIFT, mode.code());
  }

  /** With bits 11:8. */
  public RemappedEntry withAvailable(int available) {
    return withField(0xF, 8, available);
  }

  public RemappedEntry withVector(int vector) {
    return withField(0xFF, VECTOR_SHIFT, vector);
  }

  /**
   * With a destination; all other bits of DST are zero.
   *
   * @param extended whether it has 32 bits, 63:32; otherwise it has eight, 47:40
   */
  public RemappedEntry withDestination(int destination, boolean extended) {
    long field = extended ? Integer.toUnsignedLong(destination) : (destination & 0xFFL) << 8;
    return withField(0xFFFF_FFFFL, DESTINATION_SHIFT, field);
  }

  public RemappedEntry withSource(SourceValidation source) {
    return new RemappedEntry(low, (high & ~SOURCE) | RemappingEntry.sourceBits(source));
  }

  /** A copy in which bits of the low half are set or clear. */
  public RemappedEntry with(long bits, boolean set) {
    return new RemappedEntry(set ? low | bits : low & ~bits, high);
  }

  private RemappedEntry withField(long mask, int shift, long value) {
    return new RemappedEntry((low & ~(mask << shift)) | (value & mask) << shift, high);
  }
}
