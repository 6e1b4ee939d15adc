package io.apictck.arch;

/**
 * Offsets and bits of the Advanced Features capability (PCI-SIG Engineering Change Notice "Advanced
 * Capabilities for Conventional PCI").
 */
public final class AdvancedFeatures {
  /** Size in bytes. */
  public static final int SIZE = 6;

  /** Offset of the length, 8 bits. */
  public static final int LENGTH = 2;

  /** Offset of the capabilities, 8 bits. */
  public static final int CAPABILITIES = 3;

  /** Offset of the control register, 8 bits. */
  public static final int CONTROL = 4;

  /** Capabilities: transactions pending is there. */
  public static final int TRANSACTIONS_PENDING = 1;

  /** Capabilities: function level reset is there. */
  public static final int FUNCTION_LEVEL_RESET = 1 << 1;

  /** Control: a write of 1 resets the function; reads as 0. */
  public static final int INITIATE_RESET = 1;

  private AdvancedFeatures() {}
}
