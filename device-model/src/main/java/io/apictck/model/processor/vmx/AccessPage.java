package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;

/**
 * The APIC-access page: which accesses are virtualized and which exit (Intel SDM Vol. 3C,
 * "Virtualizing Memory-Mapped APIC Accesses").
 *
 * <p>Open points, decided: with virtual-interrupt delivery alone, reads of VEOI and VICR_LO are
 * virtualized, as the newest manual says. An access that begins in the page before exits with
 * offset 0.
 */
final class AccessPage {
  private static final int SLOT_SHIFT = 4;
  private static final int SLOT_OFFSET = 0xF;
  private static final int SLOTS = 64;
  private static final int OFFSET = VirtualApicPage.SIZE - 1;

  private static final long TASK_PRIORITY = slots(0x080, 0x080);
  private static final long END_OF_INTERRUPT = slots(0x0B0, 0x0B0);
  private static final long COMMAND_LOW = slots(0x300, 0x300);

  /** All that APIC-register virtualization lets software write. */
  private static final long WRITABLE =
      slots(0x020, 0x020)
          | TASK_PRIORITY
          | END_OF_INTERRUPT
          | slots(0x0D0, 0x0F0)
          | slots(0x280, 0x280)
          | slots(0x300, 0x380)
          | slots(0x3E0, 0x3E0);

  /** What it lets software only read: the version, VISR, VTMR and VIRR. */
  private static final long READ_ONLY = slots(0x030, 0x030) | slots(0x100, 0x270);

  private final ApicControls controls;
  private final ApicVirtualizationDecisions decisions;
  private long readable;
  private long writable;
  private boolean parts;

  AccessPage(ApicControls controls, ApicVirtualizationDecisions decisions) {
    this.controls = controls;
    this.decisions = decisions;
  }

  /** The slots of 16 bytes whose reads are virtualized. */
  static long readableSlots(boolean registers, boolean interruptDelivery) {
    if (registers) {
      return WRITABLE | READ_ONLY;
    }
    return interruptDelivery ? TASK_PRIORITY | END_OF_INTERRUPT | COMMAND_LOW : TASK_PRIORITY;
  }

  /** The slots of 16 bytes whose writes are virtualized. */
  static long writableSlots(boolean registers, boolean interruptDelivery, boolean ipis) {
    if (registers) {
      return WRITABLE;
    }
    return TASK_PRIORITY
        | (interruptDelivery ? END_OF_INTERRUPT | COMMAND_LOW : 0)
        | (ipis ? COMMAND_LOW : 0);
  }

  /** VM entry. */
  void load() {
    if (controls.virtualizeAccesses) {
      boolean shadow = controls.tprShadow;
      readable =
          shadow ? decisions.readableSlots(controls.registers, controls.interruptDelivery) : 0;
      writable =
          shadow
              ? decisions.writableSlots(
                  controls.registers, controls.interruptDelivery, controls.ipis)
              : 0;
      parts = decisions.virtualizesParts(controls.registers);
    }
  }

  /** Whether an access has a byte in the page. */
  boolean covers(long address, int width) {
    return controls.virtualizeAccesses
        && address + width > controls.accessPage
        && address < controls.accessPage + VirtualApicPage.SIZE;
  }

  /** The offset of an access that {@link #covers} the page. */
  int offset(long address) {
    return address < controls.accessPage ? 0 : (int) address & OFFSET;
  }

  boolean virtualizesRead(long address, int width) {
    return virtualizes(readable, address, width);
  }

  boolean virtualizesWrite(long address, int width) {
    return virtualizes(writable, address, width);
  }

  /** The VM exit of an access that is not virtualized. */
  ApicOutcome exit(ApicAccessType type, long address) {
    return ApicOutcome.exit(ExitReason.APIC_ACCESS, type.qualification(offset(address)));
  }

  private boolean virtualizes(long slots, long address, int width) {
    int offset = (int) address & OFFSET;
    int slot = offset >>> SLOT_SHIFT;
    return slot < SLOTS
        && (slots >>> slot & 1) != 0
        && decisions.fits(offset, width)
        && (parts || (offset & SLOT_OFFSET) == 0);
  }

  private static long slots(int first, int last) {
    int count = ((last - first) >>> SLOT_SHIFT) + 1;
    return ((1L << count) - 1) << (first >>> SLOT_SHIFT);
  }
}
