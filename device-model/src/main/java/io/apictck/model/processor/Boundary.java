package io.apictck.model.processor;

import org.jspecify.annotations.Nullable;

/**
 * What can be taken at an instruction boundary of a guest, highest priority first (Intel SDM Vol.
 * 3C, "Other Causes of VM Exits", "Virtual-Interrupt Delivery").
 */
public enum Boundary {
  /** System-management interrupt. */
  SMI(Signal.SMI),
  /** INIT: a VM exit. */
  INIT(Signal.INIT),
  /** Pending MTF VM exit. */
  MONITOR_TRAP,
  /** Single-step #DB. */
  TRAP(Signal.TRAP),
  /** NMI-window exiting. */
  NMI_WINDOW,
  /** NMI. */
  NMI(Signal.NMI),
  /** Interrupt-window exiting. */
  INTERRUPT_WINDOW,
  /** Delivery of a recognized virtual interrupt. */
  VIRTUAL_INTERRUPT,
  /** External interrupt. */
  INTERRUPT(Signal.INTERRUPT),
  /** User interrupt. */
  USER_INTERRUPT(Signal.USER_INTERRUPT);

  private final @Nullable Signal signal;

  Boundary() {
    this(null);
  }

  Boundary(@Nullable Signal signal) {
    this.signal = signal;
  }

  /** The signal that has to be pending for it; null if it comes of the guest itself. */
  @Nullable Signal signal() {
    return signal;
  }
}
