package io.apictck.arch;

/**
 * Delivery mode, bits 10:8 of the ICR, of LVT entries, of redirection table entries and of MSI data
 * (Intel SDM Vol. 3A, "Interrupt Command Register (ICR)" and "Local Vector Table").
 */
public enum DeliveryMode {
  /** 000: the vector is accepted into IRR. */
  FIXED,
  /** 001: as Fixed, but one receiver of the addressed set only; reserved in LVT entries. */
  LOWEST_PRIORITY,
  /** 010: system management interrupt. */
  SMI,
  /** 011: reserved. */
  RESERVED_3,
  /** 100: non-maskable interrupt; the vector is ignored. */
  NMI,
  /** 101: INIT request. */
  INIT,
  /** 110: start-up IPI in the ICR; reserved elsewhere. */
  STARTUP,
  /** 111: the vector comes from an 8259-compatible controller; reserved in the ICR. */
  EXT_INT;

  private static final DeliveryMode[] ALL = values();

  /** The mode that the lowest three bits of {@code code} encode. */
  public static DeliveryMode of(int code) {
    return ALL[code & 7];
  }

  /** The three-bit code. */
  @SuppressWarnings("EnumOrdinal") // the constants stand in the order of their codes
  public int code() {
    return ordinal();
  }
}
