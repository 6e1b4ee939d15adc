package io.apictck.arch;

/**
 * Spurious-interrupt vector register, offset F0h (Intel SDM Vol. 3A, "Spurious Interrupt").
 *
 * @param raw the 32-bit register value
 */
public record SpuriousInterruptVector(int raw) {
  /** Bits 7:0. */
  public static final int VECTOR = 0xFF;

  /** Bit 8: APIC software enable. */
  public static final int ENABLE = 1 << 8;

  /** Bit 9: focus processor checking, P6 family; reserved later. */
  public static final int FOCUS_CHECKING = 1 << 9;

  /** Bit 12: suppress EOI broadcasts, where bit 24 of the version register says so. */
  public static final int SUPPRESS_EOI_BROADCAST = 1 << 12;

  /** Value after power-up, RESET and INIT: disabled, vector FFh. */
  public static final SpuriousInterruptVector RESET = new SpuriousInterruptVector(VECTOR);

  /** The register with the given raw value. */
  public static SpuriousInterruptVector of(int raw) {
    return new SpuriousInterruptVector(raw);
  }

  public int vector() {
    return raw & VECTOR;
  }

  public boolean enabled() {
    return (raw & ENABLE) != 0;
  }

  public boolean suppressesEoiBroadcast() {
    return (raw & SUPPRESS_EOI_BROADCAST) != 0;
  }

  public SpuriousInterruptVector withVector(int vector) {
    return new SpuriousInterruptVector((raw & ~VECTOR) | (vector & VECTOR));
  }

  public SpuriousInterruptVector withEnabled(boolean enabled) {
    return new SpuriousInterruptVector(enabled ? raw | ENABLE : raw & ~ENABLE);
  }

  public SpuriousInterruptVector withSuppressEoiBroadcast(boolean suppress) {
    return new SpuriousInterruptVector(
        suppress ? raw | SUPPRESS_EOI_BROADCAST : raw & ~SUPPRESS_EOI_BROADCAST);
  }
}
