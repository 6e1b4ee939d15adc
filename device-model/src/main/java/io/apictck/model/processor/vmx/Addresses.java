package io.apictck.model.processor.vmx;

import io.apictck.model.ModelConfiguration;

/** Which addresses VMX structures may have. */
public final class Addresses {
  private static final long WIDTH = (1L << ModelConfiguration.MAX_PHY_ADDR) - 1;
  private static final long PAGE_OFFSET = 0xFFF;

  private Addresses() {}

  /** Whether no bit is beyond the physical-address width. */
  public static boolean physical(long address) {
    return (address & ~WIDTH) == 0;
  }

  /** Whether it is a physical address without the given low bits. */
  public static boolean aligned(long address, long lowBits) {
    return (address & lowBits) == 0 && physical(address);
  }

  /** Whether it is the physical address of a page. */
  public static boolean page(long address) {
    return aligned(address, PAGE_OFFSET);
  }

  /** Whether a linear address is canonical in 4-level paging. */
  public static boolean canonical(long address) {
    return canonical(address, ModelConfiguration.FOUR_LEVEL_BITS);
  }

  /** Whether a linear address is canonical; {@code bits}: 48 or 57. */
  public static boolean canonical(long address, int bits) {
    long high = address >> (bits - 1);
    return high == 0 || high == -1;
  }
}
