package io.apictck.arch;

/**
 * Destination shorthand, bits 19:18 of the ICR (Intel SDM Vol. 3A, "Interrupt Command Register
 * (ICR)").
 */
public enum Shorthand {
  /** 00: the destination field says who receives. */
  NONE,
  /** 01: the sender only. */
  SELF,
  /** 10: every local APIC. */
  ALL_INCLUDING_SELF,
  /** 11: every local APIC but the sender. */
  ALL_EXCLUDING_SELF;

  private static final Shorthand[] ALL = values();

  /** The shorthand that the lowest two bits of {@code code} encode. */
  public static Shorthand of(int code) {
    return ALL[code & 3];
  }

  /** The two-bit code. */
  @SuppressWarnings("EnumOrdinal") // the constants stand in the order of their codes
  public int code() {
    return ordinal();
  }
}
