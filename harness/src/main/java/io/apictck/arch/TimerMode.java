package io.apictck.arch;

/** Timer mode, bits 18:17 of the LVT timer register (Intel SDM Vol. 3A, "APIC Timer"). */
public enum TimerMode {
  /** 00: counts down once. */
  ONE_SHOT,
  /** 01: reloads the initial count at zero. */
  PERIODIC,
  /** 10: fires when the time-stamp counter reaches IA32_TSC_DEADLINE. */
  TSC_DEADLINE,
  /** 11: reserved. */
  RESERVED;

  private static final TimerMode[] ALL = values();

  /** The mode that the lowest two bits of {@code code} encode. */
  public static TimerMode of(int code) {
    return ALL[code & 3];
  }

  /** The two-bit code. */
  @SuppressWarnings("EnumOrdinal") // the constants stand in the order of their codes
  public int code() {
    return ordinal();
  }
}
