package io.apictck.model.processor;

/** What a processor can recognize at an instruction boundary. */
public enum Signal {
  /** System-management interrupt. */
  SMI,
  /** INIT. */
  INIT,
  /** Single-step #DB of the instruction that has just been executed. */
  TRAP,
  /** Non-maskable interrupt. */
  NMI,
  /** Maskable interrupt: the INTR signal. */
  INTERRUPT;

  /** Its bit in a set of signals. */
  int bit() {
    return 1 << ordinal();
  }
}
