package io.apictck.suites.support;

import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmxControl;
import java.util.Set;

/**
 * What the manual says of accesses to the APIC-access page, with "virtualize APIC accesses" (Intel
 * SDM Vol. 3C, "Virtualizing Memory-Mapped APIC Accesses").
 *
 * @param shadow use TPR shadow
 * @param registers APIC-register virtualization
 * @param interrupts virtual-interrupt delivery
 * @param ipis IPI virtualization
 */
public record ApicPageRules(boolean shadow, boolean registers, boolean interrupts, boolean ipis) {
  private static final int SLOT = 0x10;

  /** What becomes of an access. */
  public enum Fate {
    /** It goes to the virtual-APIC page, and the guest goes on. */
    VIRTUALIZED,
    /** It goes to the virtual-APIC page, and an APIC-write VM exit follows. */
    WRITE_EXIT,
    /** An APIC-access VM exit. */
    ACCESS_EXIT,
    /** Editions of the manual differ: VIRTUALIZED or ACCESS_EXIT. */
    OPEN
  }

  /** The rules with these controls. */
  public static ApicPageRules of(Set<VmxControl> controls) {
    return new ApicPageRules(
        controls.contains(VmxControl.USE_TPR_SHADOW),
        controls.contains(VmxControl.APIC_REGISTER_VIRTUALIZATION),
        controls.contains(VmxControl.VIRTUAL_INTERRUPT_DELIVERY),
        controls.contains(VmxControl.IPI_VIRTUALIZATION));
  }

  /** A read. */
  public Fate read(int offset, int width) {
    if (!shadow || !fits(offset, width)) {
      return Fate.ACCESS_EXIT;
    }
    int slot = offset & -SLOT;
    if (registers) {
      return isWritable(slot) || isReadOnly(slot) ? Fate.VIRTUALIZED : Fate.ACCESS_EXIT;
    }
    return switch (slot) {
      case VirtualApicPage.VTPR -> offset == slot ? Fate.VIRTUALIZED : Fate.OPEN;
      case VirtualApicPage.VEOI -> offset == slot && interrupts ? Fate.OPEN : Fate.ACCESS_EXIT;
      case VirtualApicPage.VICR_LO ->
          offset == slot && (interrupts || ipis) ? Fate.OPEN : Fate.ACCESS_EXIT;
      default -> Fate.ACCESS_EXIT;
    };
  }

  /** A write, of a value that asks for no IPI which is virtualized. */
  public Fate write(int offset, int width) {
    if (!shadow || !fits(offset, width)) {
      return Fate.ACCESS_EXIT;
    }
    int slot = offset & -SLOT;
    boolean virtualized = registers ? isWritable(slot) : offset == slot && isHandled(slot);
    if (!virtualized) {
      return Fate.ACCESS_EXIT;
    }
    boolean done =
        offset == VirtualApicPage.VTPR
            || (offset == VirtualApicPage.VEOI && interrupts)
            || slot == VirtualApicPage.VICR_HI;
    return done ? Fate.VIRTUALIZED : Fate.WRITE_EXIT;
  }

  /** Without APIC-register virtualization. */
  private boolean isHandled(int slot) {
    return switch (slot) {
      case VirtualApicPage.VTPR -> true;
      case VirtualApicPage.VEOI -> interrupts;
      case VirtualApicPage.VICR_LO -> interrupts || ipis;
      default -> false;
    };
  }

  private static boolean fits(int offset, int width) {
    return offset % SLOT + width <= Integer.BYTES;
  }

  private static boolean isWritable(int slot) {
    return switch (slot) {
      case 0x020, 0x080, 0x0B0, 0x0D0, 0x0E0, 0x0F0, 0x280, 0x300, 0x310, 0x380, 0x3E0 -> true;
      default -> slot >= 0x320 && slot <= 0x370;
    };
  }

  private static boolean isReadOnly(int slot) {
    return slot == VirtualApicPage.VERSION || (slot >= VirtualApicPage.VISR && slot < 0x280);
  }
}
