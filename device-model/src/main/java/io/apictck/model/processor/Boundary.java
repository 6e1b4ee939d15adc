package io.apictck.model.processor;

/**
 * What can be taken at an instruction boundary of a guest, highest priority first (Intel SDM Vol.
 * 3C, "Other Causes of VM Exits", "Virtual-Interrupt Delivery").
 */
public enum Boundary {
  /** System-management interrupt. */
  SMI,
  /** INIT: a VM exit. */
  INIT,
  /** Pending MTF VM exit. */
  MONITOR_TRAP,
  /** Single-step #DB. */
  TRAP,
  /** NMI-window exiting. */
  NMI_WINDOW,
  /** NMI. */
  NMI,
  /** Interrupt-window exiting. */
  INTERRUPT_WINDOW,
  /** Delivery of a recognized virtual interrupt. */
  VIRTUAL_INTERRUPT,
  /** External interrupt. */
  INTERRUPT,
  /** User interrupt. */
  USER_INTERRUPT
}
