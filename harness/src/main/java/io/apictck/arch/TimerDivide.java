package io.apictck.arch;

/**
 * Divide configuration register, offset 3E0h: bits 3, 1 and 0 (Intel SDM Vol. 3A, "APIC Timer").
 */
public enum TimerDivide {
  BY_2(0x0, 2),
  BY_4(0x1, 4),
  BY_8(0x2, 8),
  BY_16(0x3, 16),
  BY_32(0x8, 32),
  BY_64(0x9, 64),
  BY_128(0xA, 128),
  BY_1(0xB, 1);

  /** The bits that exist. */
  public static final int DEFINED = 0xB;

  private static final TimerDivide[] BY_CODE = new TimerDivide[16];

  static {
    for (TimerDivide divide : values()) {
      BY_CODE[divide.code] = divide;
    }
  }

  private final int code;
  private final int divisor;

  TimerDivide(int code, int divisor) {
    this.code = code;
    this.divisor = divisor;
  }

  /** The divider that a register value selects; undefined bits are ignored. */
  public static TimerDivide of(int raw) {
    return BY_CODE[raw & DEFINED];
  }

  /** The register value. */
  public int code() {
    return code;
  }

  /** How many input clocks make one count. */
  public int divisor() {
    return divisor;
  }
}
