package io.apictck.model.processor.uintr;

import io.apictck.arch.Cr4;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.arch.uintr.UserInterruptTarget;
import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.model.processor.vmx.Addresses;

/**
 * What user interrupts decide without a look at their state (Intel SDM Vol. 3A, "User Interrupts";
 * Vol. 2, "SENDUIPI", "UIRET"): the right answers, for faulty processors to override.
 */
abstract class UserInterruptDecisions {
  private static final int USER = 3;
  private static final int BYTE = 0xFF;

  /** Bits 5:0 of IA32_UINTR_PD. */
  private static final long DESCRIPTOR_RESERVED = UserPostedInterruptDescriptor.ALIGNMENT - 1;

  /** Bits 3:1 of IA32_UINTR_TT. */
  private static final long TABLE_RESERVED = 0xE;

  /** RF, which lasts for one instruction and has no effect here. */
  private static final long RF = 1 << 16;

  /** CF, PF, AF, ZF, SF, TF, DF, OF, NT, RF, AC and ID: what UIRET loads. */
  private static final long UIRET_FLAGS = 0x25_4DD5;

  /** Whether CR4 enables user interrupts. */
  protected boolean enabled(long cr4) {
    return (cr4 & Cr4.UINTR) != 0;
  }

  /** Whether WRMSR takes a value; {@code bits}: of linear addresses, the most of any mode. */
  protected boolean accepts(int msr, long value, int bits) {
    return switch (msr) {
      case Msr.IA32_UINTR_RR -> true;
      case Msr.IA32_UINTR_MISC -> (value & UserInterruptMisc.RESERVED) == 0;
      case Msr.IA32_UINTR_PD -> canonical(value, bits) && (value & DESCRIPTOR_RESERVED) == 0;
      case Msr.IA32_UINTR_TT -> canonical(value, bits) && (value & TABLE_RESERVED) == 0;
      default -> canonical(value, bits);
    };
  }

  /** Whether a linear address of so many bits is canonical. */
  protected boolean canonical(long address, int bits) {
    return Addresses.canonical(address, bits);
  }

  // SENDUIPI

  /** Whether SENDUIPI is enabled. */
  protected boolean sends(boolean enabled, boolean tableEnabled) {
    return enabled && tableEnabled;
  }

  /** Whether the target table has an entry. */
  protected boolean isInTable(long index, int uittsz) {
    return Long.compareUnsigned(index, Integer.toUnsignedLong(uittsz)) <= 0;
  }

  /** Whether an entry of the target table can be used. */
  protected boolean isUsable(long control, long upidAddress) {
    return (control & UserInterruptTarget.V) != 0
        && (control & UserInterruptTarget.RESERVED) == 0
        && (upidAddress & UserInterruptTarget.ADDRESS_RESERVED) == 0;
  }

  /** Whether a descriptor takes requests, by its control quadword. */
  protected boolean takesRequests(long control) {
    return (control & UserPostedInterruptDescriptor.RESERVED) == 0;
  }

  /** Whether a request is to be notified, by the control quadword of the descriptor. */
  protected boolean notifies(long control) {
    return (control & (UserPostedInterruptDescriptor.ON | UserPostedInterruptDescriptor.SN)) == 0;
  }

  /** Physical APIC ID that a notification goes to. */
  protected int notificationDestination(int ndst, boolean x2apic) {
    return x2apic ? ndst : ndst >>> 8 & BYTE;
  }

  // Notifications

  /** Whether an external interrupt is a notification. */
  protected boolean isNotification(int vector, int uinv, boolean enabled, boolean longMode) {
    return enabled && longMode && vector == uinv;
  }

  /** Whether the local APIC gets an EOI for a notification. */
  protected boolean endsNotification() {
    return true;
  }

  /** The control quadword of a descriptor that was processed. */
  protected long processed(long control) {
    return control & ~UserPostedInterruptDescriptor.ON;
  }

  /** Whether requests vanish from the descriptor that was processed. */
  protected boolean clearsRequests() {
    return true;
  }

  /** UIRR with the requests of a descriptor. */
  protected long requesting(long uirr, long pir) {
    return uirr | pir;
  }

  // Delivery

  /** Whether requested user interrupts are delivered. */
  protected boolean recognizes(boolean enabled, boolean uif, int cpl, boolean movSsShadow) {
    return enabled && uif && cpl == USER && !movSsShadow;
  }

  /** Whether a handler can be entered; {@code bits}: of linear addresses in the paging mode. */
  protected boolean reachesHandler(long handler, int bits) {
    return canonical(handler, bits);
  }

  /** The vector to be delivered. */
  protected int vector(long uirr) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(uirr);
  }

  /** UIRR after the delivery of a vector. */
  protected long delivered(long uirr, int vector) {
    return uirr & ~(1L << vector);
  }

  /** The end of the frame on the stack. */
  protected long stack(long rsp, long stackAdjust) {
    long adjusted = (stackAdjust & 1) != 0 ? stackAdjust : rsp - stackAdjust;
    return adjusted & -UserInterruptFrame.ALIGNMENT;
  }

  /** Whether delivery pushes on the shadow stack. */
  protected boolean pushesShadow() {
    return true;
  }

  /** Whether delivery is tracked as an indirect branch. */
  protected boolean tracksBranch() {
    return true;
  }

  /** Whether UIRET looks at the shadow stack. */
  protected boolean checksShadow() {
    return true;
  }

  /** RFLAGS in the handler. */
  protected long flagsInHandler(long rflags) {
    return rflags & ~(Rflags.TF | RF);
  }

  /** UIF in the handler. */
  protected boolean blocksOthers() {
    return true;
  }

  // XSAVES and XRSTORS

  /** Whether XSAVES clears UINV. */
  protected boolean savingClearsUinv() {
    return true;
  }

  /** Whether XRSTORS loads the state in place of one with a UINV. */
  protected boolean restoresOver(int uinv) {
    return uinv == 0;
  }

  // UIRET

  /** RFLAGS after UIRET. */
  protected long flagsAfterReturn(long rflags, long image) {
    long loaded = UIRET_FLAGS & ~RF;
    return (rflags & ~loaded) | (image & loaded) | Rflags.FIXED;
  }

  /** UIF after UIRET. */
  protected boolean flagAfterReturn() {
    return true;
  }
}
