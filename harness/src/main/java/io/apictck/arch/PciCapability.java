package io.apictck.arch;

/**
 * IDs of capabilities in PCI configuration space (PCI Local Bus Specification, "Capability IDs").
 */
public final class PciCapability {
  /** Message signaled interrupts. */
  public static final int MSI = 0x05;

  /** MSI-X. */
  public static final int MSI_X = 0x11;

  /** Advanced features: function level reset of conventional functions. */
  public static final int ADVANCED_FEATURES = 0x13;

  private PciCapability() {}
}
