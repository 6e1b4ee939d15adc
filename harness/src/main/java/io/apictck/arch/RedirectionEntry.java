package io.apictck.arch;

/**
 * A redirection table entry of an I/O APIC (82093AA data sheet, "I/O Redirection Table Registers").
 *
 * @param raw the 64-bit entry
 */
public record RedirectionEntry(long raw) {
  /** Bit 11: 1 is logical. */
  public static final long LOGICAL = 1L << 11;

  /** Bit 12, read only. */
  public static final long DELIVERY_STATUS = 1L << 12;

  /** Bit 13: 1 is active low. */
  public static final long POLARITY = 1L << 13;

  /** Bit 14, read only: a level-triggered request is accepted and not ended. */
  public static final long REMOTE_IRR = 1L << 14;

  /** Bit 15: 1 is level. */
  public static final long TRIGGER = 1L << 15;

  /** Bit 16. */
  public static final long MASK = 1L << 16;

  /** The bits that software writes. */
  public static final long WRITABLE =
      0xFFL | 0x700 | LOGICAL | POLARITY | TRIGGER | MASK | 0xFFL << 56;

  /** Bits 55:49: bits 14:8 of the destination ID where extended destination IDs are on. */
  public static final long EXTENDED_DESTINATION = 0x7FL << 49;

  /** Masked, all else zero. */
  public static final RedirectionEntry RESET = new RedirectionEntry(MASK);

  /** The entry with the given raw value. */
  public static RedirectionEntry of(long raw) {
    return new RedirectionEntry(raw);
  }

  /**
   * An unmasked Fixed, edge-triggered, active-high entry for the physical APIC ID {@code
   * destination}.
   */
  public static RedirectionEntry fixed(int vector, int destination) {
    return new RedirectionEntry((vector & 0xFF) | (long) destination << 56);
  }

  public int vector() {
    return (int) raw & 0xFF;
  }

  public DeliveryMode deliveryMode() {
    return DeliveryMode.of((int) (raw >>> 8));
  }

  public boolean logical() {
    return (raw & LOGICAL) != 0;
  }

  public boolean activeLow() {
    return (raw & POLARITY) != 0;
  }

  public boolean remoteIrr() {
    return (raw & REMOTE_IRR) != 0;
  }

  public boolean level() {
    return (raw & TRIGGER) != 0;
  }

  public boolean masked() {
    return (raw & MASK) != 0;
  }

  /** Bits 63:56. */
  public int destination() {
    return (int) (raw >>> 56);
  }

  /** Bits 55:49, where extended destination IDs are on bits 14:8 of the destination ID. */
  public int extendedDestination() {
    return (int) (raw >>> 49) & 0x7F;
  }

  public RedirectionEntry withVector(int vector) {
    return new RedirectionEntry((raw & ~0xFFL) | (vector & 0xFF));
  }

  public RedirectionEntry withDeliveryMode(DeliveryMode mode) {
    return new RedirectionEntry((raw & ~0x700L) | mode.code() << 8);
  }

  public RedirectionEntry withLogical(boolean logical) {
    return new RedirectionEntry(logical ? raw | LOGICAL : raw & ~LOGICAL);
  }

  public RedirectionEntry withActiveLow(boolean activeLow) {
    return new RedirectionEntry(activeLow ? raw | POLARITY : raw & ~POLARITY);
  }

  /** With bits 63:56. */
  public RedirectionEntry withDestination(int destination) {
    return new RedirectionEntry((raw & ~(0xFFL << 56)) | (long) destination << 56);
  }

  /** With bits 55:49. */
  public RedirectionEntry withExtendedDestination(int destination) {
    return new RedirectionEntry((raw & ~EXTENDED_DESTINATION) | (destination & 0x7FL) << 49);
  }

  public RedirectionEntry withMasked(boolean masked) {
    return new RedirectionEntry(masked ? raw | MASK : raw & ~MASK);
  }

  public RedirectionEntry withLevel(boolean level) {
    return new RedirectionEntry(level ? raw | TRIGGER : raw & ~TRIGGER);
  }

  public RedirectionEntry withRemoteIrr(boolean remoteIrr) {
    return new RedirectionEntry(remoteIrr ? raw | REMOTE_IRR : raw & ~REMOTE_IRR);
  }
}
