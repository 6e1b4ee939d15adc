package io.apictck.arch;

/**
 * The interrupt command register as one 64-bit value (Intel SDM Vol. 3A, "Interrupt Command
 * Register (ICR)" and "ICR Operation in x2APIC Mode"). In xAPIC mode bits 63:56 hold the
 * destination, in x2APIC mode bits 63:32.
 *
 * @param raw the 64-bit value
 */
public record InterruptCommand(long raw) {
  /** Bits 7:0. */
  public static final long VECTOR = 0xFF;

  /** Bits 10:8. */
  public static final long DELIVERY_MODE = 0x700;

  /** Bit 11: 1 is logical. */
  public static final long LOGICAL = 1L << 11;

  /** Bit 12, xAPIC mode only, read only. */
  public static final long DELIVERY_STATUS = 1L << 12;

  /** Bit 14: 1 is assert. */
  public static final long LEVEL_ASSERT = 1L << 14;

  /** Bit 15: 1 is level. */
  public static final long TRIGGER_LEVEL = 1L << 15;

  /** Bits 19:18. */
  public static final long SHORTHAND = 3L << 18;

  /** Bits of the low half that the manual defines: all but 12, 13, 17:16 and 31:20. */
  public static final long DEFINED_LOW =
      VECTOR | DELIVERY_MODE | LOGICAL | LEVEL_ASSERT | TRIGGER_LEVEL | SHORTHAND;

  /** Physical and logical broadcast in xAPIC mode. */
  public static final int XAPIC_BROADCAST = 0xFF;

  /** Physical and logical broadcast in x2APIC mode. */
  public static final int X2APIC_BROADCAST = 0xFFFF_FFFF;

  /** The command with the given raw value. */
  public static InterruptCommand of(long raw) {
    return new InterruptCommand(raw);
  }

  /**
   * A physical, edge-triggered, asserted Fixed command without shorthand and with destination 0.
   */
  public static InterruptCommand fixed(int vector) {
    return new InterruptCommand(LEVEL_ASSERT | (vector & VECTOR));
  }

  /**
   * A physical, edge-triggered, asserted command of any delivery mode without shorthand and with
   * destination 0.
   */
  public static InterruptCommand of(DeliveryMode mode, int vector) {
    return fixed(vector).withDeliveryMode(mode);
  }

  public int vector() {
    return (int) (raw & VECTOR);
  }

  public DeliveryMode deliveryMode() {
    return DeliveryMode.of((int) (raw >>> 8));
  }

  public boolean logical() {
    return (raw & LOGICAL) != 0;
  }

  public boolean levelAssert() {
    return (raw & LEVEL_ASSERT) != 0;
  }

  public boolean triggerLevel() {
    return (raw & TRIGGER_LEVEL) != 0;
  }

  public Shorthand shorthand() {
    return Shorthand.of((int) (raw >>> 18));
  }

  /** Destination as x2APIC mode has it: bits 63:32. */
  public int destination() {
    return (int) (raw >>> 32);
  }

  /** Destination as xAPIC mode has it: bits 63:56. */
  public int xapicDestination() {
    return (int) (raw >>> 56);
  }

  /** Bits 31:0. */
  public int low() {
    return (int) raw;
  }

  /** Bits 63:32. */
  public int high() {
    return (int) (raw >>> 32);
  }

  public InterruptCommand withVector(int vector) {
    return new InterruptCommand((raw & ~VECTOR) | (vector & VECTOR));
  }

  public InterruptCommand withDeliveryMode(DeliveryMode mode) {
    return new InterruptCommand((raw & ~DELIVERY_MODE) | (long) mode.code() << 8);
  }

  public InterruptCommand withLogical(boolean logical) {
    return new InterruptCommand(logical ? raw | LOGICAL : raw & ~LOGICAL);
  }

  public InterruptCommand withLevelAssert(boolean assertLevel) {
    return new InterruptCommand(assertLevel ? raw | LEVEL_ASSERT : raw & ~LEVEL_ASSERT);
  }

  public InterruptCommand withTriggerLevel(boolean level) {
    return new InterruptCommand(level ? raw | TRIGGER_LEVEL : raw & ~TRIGGER_LEVEL);
  }

  public InterruptCommand withShorthand(Shorthand shorthand) {
    return new InterruptCommand((raw & ~SHORTHAND) | (long) shorthand.code() << 18);
  }

  /** A copy with an x2APIC destination, bits 63:32. */
  public InterruptCommand withDestination(int destination) {
    return new InterruptCommand((raw & 0xFFFF_FFFFL) | (long) destination << 32);
  }

  /** A copy with an xAPIC destination, 0 to FFh, in bits 63:56; bits 55:32 are zero. */
  public InterruptCommand withXapicDestination(int destination) {
    return new InterruptCommand((raw & 0xFFFF_FFFFL) | (long) destination << 56);
  }
}
