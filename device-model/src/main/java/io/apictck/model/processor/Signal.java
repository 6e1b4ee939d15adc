package io.apictck.model.processor;

/** What a processor can recognize at an instruction boundary. */
public enum Signal {
  /** System-management interrupt. */
  SMI(1),
  /** INIT. */
  INIT(1 << 1),
  /** Single-step #DB of the instruction that has just been executed. */
  TRAP(1 << 2),
  /** Non-maskable interrupt. */
  NMI(1 << 3),
  /** Maskable interrupt: the INTR signal. */
  INTERRUPT(1 << 4),
  /** User interrupt: UIRR is not 0. */
  USER_INTERRUPT(1 << 5);

  private final int bit;

  Signal(int bit) {
    this.bit = bit;
  }

  /** Its bit in a set of signals. */
  int bit() {
    return bit;
  }
}
