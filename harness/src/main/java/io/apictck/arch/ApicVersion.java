package io.apictck.arch;

/**
 * Local APIC version register, offset 30h (Intel SDM Vol. 3A, "Local APIC Version Register").
 *
 * @param raw the 32-bit register value
 */
public record ApicVersion(int raw) {
  /**
   * Bit 24: EOI broadcasts can be suppressed by bit 12 of the spurious-interrupt vector register.
   */
  public static final int SUPPRESS_EOI_BROADCAST = 1 << 24;

  /** The register with the given raw value. */
  public static ApicVersion of(int raw) {
    return new ApicVersion(raw);
  }

  /** Bits 7:0; 10h to 15h for integrated APICs. */
  public int version() {
    return raw & 0xFF;
  }

  /** Bits 23:16: number of LVT entries minus one. */
  public int maxLvtEntry() {
    return raw >>> 16 & 0xFF;
  }

  public boolean canSuppressEoiBroadcast() {
    return (raw & SUPPRESS_EOI_BROADCAST) != 0;
  }
}
