package io.apictck.arch;

/**
 * IA32_APIC_BASE, MSR 1Bh (Intel SDM Vol. 3A, "Local APIC Status and Location" and "Detecting and
 * Enabling x2APIC Mode").
 *
 * @param raw the 64-bit MSR value
 */
public record ApicBase(long raw) {
  /** Bit 8: bootstrap processor. */
  public static final long BSP = 1L << 8;

  /** Bit 10: x2APIC mode, together with {@link #EN}. */
  public static final long EXTD = 1L << 10;

  /** Bit 11: global enable. */
  public static final long EN = 1L << 11;

  /** Physical address of the register page after power-up. */
  public static final long DEFAULT_ADDRESS = 0xFEE0_0000L;

  private static final long PAGE_OFFSET = 0xFFF;

  /** The MSR with the given raw value. */
  public static ApicBase of(long raw) {
    return new ApicBase(raw);
  }

  /**
   * The bits that may be written as one on a processor with {@code maxPhyAddr} (32 to 52) physical
   * address bits.
   */
  public static long definedBits(int maxPhyAddr, boolean x2apic) {
    return (((1L << maxPhyAddr) - 1) & ~PAGE_OFFSET) | BSP | EN | (x2apic ? EXTD : 0);
  }

  public boolean bsp() {
    return (raw & BSP) != 0;
  }

  public boolean extd() {
    return (raw & EXTD) != 0;
  }

  public boolean en() {
    return (raw & EN) != 0;
  }

  /** Physical address of the 4 KiB register page. */
  public long address() {
    return raw & ~PAGE_OFFSET;
  }

  /** The mode that EN and EXTD select; the invalid EN=0, EXTD=1 counts as disabled. */
  public ApicMode mode() {
    if (!en()) {
      return ApicMode.DISABLED;
    }
    return extd() ? ApicMode.X2APIC : ApicMode.XAPIC;
  }

  public ApicBase withEn(boolean en) {
    return new ApicBase(en ? raw | EN : raw & ~EN);
  }

  public ApicBase withExtd(boolean extd) {
    return new ApicBase(extd ? raw | EXTD : raw & ~EXTD);
  }

  public ApicBase withBsp(boolean bsp) {
    return new ApicBase(bsp ? raw | BSP : raw & ~BSP);
  }

  /** A copy with another page address; the low twelve bits of {@code address} are ignored. */
  public ApicBase withAddress(long address) {
    return new ApicBase((raw & PAGE_OFFSET) | (address & ~PAGE_OFFSET));
  }

  /** A copy with EN and EXTD as {@code mode} wants them. */
  public ApicBase withMode(ApicMode mode) {
    return withEn(mode != ApicMode.DISABLED).withExtd(mode == ApicMode.X2APIC);
  }
}
