package io.apictck.arch.vmx;

/** Offsets in the virtual-APIC page (Intel SDM Vol. 3C, "Virtualized APIC Registers"). */
public final class VirtualApicPage {
  /** Its size in bytes. */
  public static final int SIZE = 4096;

  /** Virtual local APIC ID. */
  public static final int ID = 0x020;

  /** Virtual version. */
  public static final int VERSION = 0x030;

  /** Virtual task priority. */
  public static final int VTPR = 0x080;

  /** Virtual processor priority. */
  public static final int VPPR = 0x0A0;

  /** Virtual end of interrupt. */
  public static final int VEOI = 0x0B0;

  /** Virtual in-service, 100h to 170h. */
  public static final int VISR = 0x100;

  /** Virtual trigger mode, 180h to 1F0h. */
  public static final int VTMR = 0x180;

  /** Virtual interrupt request, 200h to 270h. */
  public static final int VIRR = 0x200;

  /** Virtual interrupt command, low half; all 64 bits where x2APIC mode is virtualized. */
  public static final int VICR_LO = 0x300;

  /** Virtual interrupt command, high half. */
  public static final int VICR_HI = 0x310;

  /** Self IPI of x2APIC mode. */
  public static final int SELF_IPI = 0x3F0;

  private VirtualApicPage() {}

  /** Offset of the doubleword with the bit of a vector in VISR, VTMR or VIRR. */
  public static int doubleword(int base, int vector) {
    return base | (vector & 0xE0) >>> 1;
  }
}
