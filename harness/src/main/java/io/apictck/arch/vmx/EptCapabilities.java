package io.apictck.arch.vmx;

/**
 * IA32_VMX_EPT_VPID_CAP, as far as it is about EPT (Intel SDM Vol. 3D, "VPID and EPT
 * Capabilities").
 *
 * @param raw the 64 bits
 */
public record EptCapabilities(long raw) {
  /** Bit 6: walks through four tables. */
  public static final long FOUR_LEVELS = 1 << 6;

  /** Bit 8: the tables may be uncacheable. */
  public static final long UNCACHEABLE = 1 << 8;

  /** Bit 14: the tables may be write back. */
  public static final long WRITE_BACK = 1 << 14;

  /** Bit 16: pages of 2 MiB. */
  public static final long LARGE_PAGES = 1 << 16;

  /** Bit 20: INVEPT. */
  public static final long INVEPT = 1 << 20;

  /** Bit 21: accessed and dirty flags. */
  public static final long ACCESSED_AND_DIRTY = 1 << 21;

  /** Bit 25: INVEPT for one EPT pointer. */
  public static final long INVEPT_SINGLE_CONTEXT = 1 << 25;

  /** Bit 26: INVEPT for all EPT pointers. */
  public static final long INVEPT_ALL_CONTEXTS = 1 << 26;

  /** Whether it has bits. */
  public boolean has(long bits) {
    return (raw & bits) == bits;
  }
}
