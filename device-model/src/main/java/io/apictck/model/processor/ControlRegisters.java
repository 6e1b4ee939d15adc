package io.apictck.model.processor;

import io.apictck.arch.Cr0;
import io.apictck.arch.Cr4;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.processor.vmx.Addresses;
import io.apictck.model.processor.vmx.CapabilityMsrs;

/**
 * CR0, CR2, CR3 and CR4 (Intel SDM Vol. 3A, "Control Registers"; Vol. 3C, "Restrictions on VMX
 * Operation").
 *
 * <p>Supported: which values may be loaded. No bits but VMXE, OSXSAVE and UINTR of CR4 and, in
 * guests, CR4.LA57, CR0.WP and the address in CR3 have an effect: the processor is in 64-bit mode.
 */
final class ControlRegisters {
  /** CR4.VMXE. */
  static final long VMXE = 1 << 13;

  /** PE, MP, ET, NE, WP and PG. */
  private static final long CR0_OF_64_BIT_MODE = 0x8001_0033L;

  /** PAE and PGE, OSFXSR and OSXMMEXCPT. */
  private static final long CR4_OF_64_BIT_MODE = 0x6A0;

  private static final long NW = 1 << 29;
  private static final long CD = 1 << 30;
  private static final long CR0_DEFINED = 0xFFFF_FFFFL;
  private static final long PAE = 1 << 5;
  private static final long ET = 1 << 4;

  private long cr0;
  private long cr2;
  private long cr3;
  private long cr4;

  void reset() {
    cr2 = 0;
    load(CR0_OF_64_BIT_MODE, 0, CR4_OF_64_BIT_MODE);
  }

  /** Takes values without a check. */
  void load(long newCr0, long newCr3, long newCr4) {
    cr0 = newCr0 | ET;
    cr3 = newCr3;
    cr4 = newCr4;
  }

  /** A page fault is delivered. */
  void faultedAt(long linear) {
    cr2 = linear;
  }

  /** CR0, CR2, CR3 or CR4. */
  long get(int register) {
    return switch (register) {
      case 0 -> cr0;
      case 2 -> cr2;
      case 3 -> cr3;
      case 4 -> cr4;
      default -> throw new IllegalArgumentException("there is no CR" + register + " here");
    };
  }

  boolean vmxEnabled() {
    return (cr4 & VMXE) != 0;
  }

  boolean xsaveEnabled() {
    return (cr4 & Cr4.OSXSAVE) != 0;
  }

  /** Bits of linear addresses in the current paging mode. */
  int linearAddressBits() {
    return (cr4 & Cr4.LA57) != 0
        ? ModelConfiguration.FIVE_LEVEL_BITS
        : ModelConfiguration.FOUR_LEVEL_BITS;
  }

  boolean userInterruptsEnabled() {
    return (cr4 & Cr4.UINTR) != 0;
  }

  /** MOV to CR0, CR3 or CR4; gives a {@link Fault}. */
  int set(int register, long value, boolean vmxOperation, CapabilityMsrs capabilities) {
    boolean valid =
        switch (register) {
          case 0 ->
              allowsCr0(value)
                  && ((cr4 & Cr4.CET) == 0 || (value & Cr0.WP) != 0)
                  && (!vmxOperation || capabilities.allowsCr0(value));
          case 3 -> Addresses.physical(value);
          case 4 ->
              (value & ~capabilities.cr4Allowed()) == 0
                  && (value & PAE) != 0
                  && ((value ^ cr4) & Cr4.LA57) == 0
                  && ((value & Cr4.CET) == 0 || (cr0 & Cr0.WP) != 0)
                  && (!vmxOperation || capabilities.allowsCr4(value));
          default -> throw new IllegalArgumentException("there is no CR" + register + " here");
        };
    if (!valid) {
      return Fault.GP;
    }
    switch (register) {
      case 0 -> cr0 = value | ET;
      case 3 -> cr3 = value;
      default -> cr4 = value;
    }
    return Fault.NONE;
  }

  /** Not out of 64-bit mode, and no combination that is reserved. */
  private static boolean allowsCr0(long value) {
    return (value & ~CR0_DEFINED) == 0
        && (value & (Cr0.PE | Cr0.PG)) == (Cr0.PE | Cr0.PG)
        && ((value & NW) == 0 || (value & CD) != 0);
  }
}
