package io.apictck.arch.vmx;

/**
 * Bits 10:8 of the interruption-information fields (Intel SDM Vol. 3C, "VM-Entry Controls for Event
 * Injection", "Information for VM Exits Due to Vectored Events").
 */
public enum InterruptionType {
  /** 0: external interrupt. */
  EXTERNAL_INTERRUPT,
  /** 1: reserved. */
  RESERVED,
  /** 2: non-maskable interrupt. */
  NMI,
  /** 3: hardware exception. */
  HARDWARE_EXCEPTION,
  /** 4: software interrupt, INT n. */
  SOFTWARE_INTERRUPT,
  /** 5: privileged software exception, INT1. */
  PRIVILEGED_SOFTWARE_EXCEPTION,
  /** 6: software exception, INT3 or INTO. */
  SOFTWARE_EXCEPTION,
  /** 7: other event; at VM entry with vector 0 a pending MTF VM exit. */
  OTHER_EVENT;

  private static final InterruptionType[] ALL = values();

  /** The type with a number, 0 to 7. */
  public static InterruptionType of(int number) {
    return ALL[number];
  }
}
