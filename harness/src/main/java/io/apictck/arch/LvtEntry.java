package io.apictck.arch;

/**
 * An entry of the local vector table (Intel SDM Vol. 3A, "Local Vector Table"). Which fields exist
 * differs per entry: see {@link LapicRegister#definedBits()}.
 *
 * @param raw the 32-bit register value
 */
public record LvtEntry(int raw) {
  /** Bits 7:0. */
  public static final int VECTOR = 0x0000_00FF;

  /** Bits 10:8. */
  public static final int DELIVERY_MODE = 0x0000_0700;

  /** Bit 12, read only: 1 while a request waits to be accepted. */
  public static final int DELIVERY_STATUS = 1 << 12;

  /** Bit 13, LINT0 and LINT1 only: 1 is active low. */
  public static final int POLARITY = 1 << 13;

  /**
   * Bit 14, read only, LINT0 and LINT1 only: a level-triggered request is accepted and not ended.
   */
  public static final int REMOTE_IRR = 1 << 14;

  /** Bit 15, LINT0 and LINT1 only: 1 is level. */
  public static final int TRIGGER = 1 << 15;

  /** Bit 16. */
  public static final int MASK = 1 << 16;

  /** Bits 18:17, timer entry only. */
  public static final int TIMER_MODE = 3 << 17;

  /** The value of every entry after power-up, RESET and INIT: masked, all else zero. */
  public static final LvtEntry RESET = new LvtEntry(MASK);

  /** The entry with the given raw value. */
  public static LvtEntry of(int raw) {
    return new LvtEntry(raw);
  }

  /** An unmasked Fixed, edge-triggered entry. */
  public static LvtEntry fixed(int vector) {
    return new LvtEntry(vector & VECTOR);
  }

  public int vector() {
    return raw & VECTOR;
  }

  public DeliveryMode deliveryMode() {
    return DeliveryMode.of(raw >>> 8);
  }

  public boolean deliveryStatus() {
    return (raw & DELIVERY_STATUS) != 0;
  }

  /** Whether the pin is active low. */
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

  public TimerMode timerMode() {
    return TimerMode.of(raw >>> 17);
  }

  /** A copy with another vector, 0 to FFh. */
  public LvtEntry withVector(int vector) {
    return new LvtEntry((raw & ~VECTOR) | (vector & VECTOR));
  }

  public LvtEntry withDeliveryMode(DeliveryMode mode) {
    return new LvtEntry((raw & ~DELIVERY_MODE) | mode.code() << 8);
  }

  public LvtEntry withActiveLow(boolean activeLow) {
    return new LvtEntry(activeLow ? raw | POLARITY : raw & ~POLARITY);
  }

  public LvtEntry withRemoteIrr(boolean remoteIrr) {
    return new LvtEntry(remoteIrr ? raw | REMOTE_IRR : raw & ~REMOTE_IRR);
  }

  public LvtEntry withLevel(boolean level) {
    return new LvtEntry(level ? raw | TRIGGER : raw & ~TRIGGER);
  }

  public LvtEntry withMasked(boolean masked) {
    return new LvtEntry(masked ? raw | MASK : raw & ~MASK);
  }

  public LvtEntry withTimerMode(TimerMode mode) {
    return new LvtEntry((raw & ~TIMER_MODE) | mode.code() << 17);
  }
}
