package io.apictck.model.processor.vmx;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.PidPointer;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.model.ModelConfiguration;

/**
 * What APIC virtualization decides without a look at its state (Intel SDM Vol. 3C, "APIC
 * Virtualization and Virtual Interrupts"): the right answers, for faulty processors to override.
 */
abstract class ApicVirtualizationDecisions {
  /** Bits of an ICR that do not matter to self-IPI virtualization: vector, 11 and 14. */
  private static final long SELF_IPI_ANY =
      InterruptCommand.VECTOR | InterruptCommand.LOGICAL | InterruptCommand.LEVEL_ASSERT;

  /** Bits of an ICR that do not matter to IPI virtualization: vector and 14. */
  private static final long VIRTUAL_IPI_ANY =
      InterruptCommand.VECTOR | InterruptCommand.LEVEL_ASSERT;

  /** Bits 19:18 of an ICR: self. */
  private static final long TO_SELF = 1L << 18;

  private static final int CLASS = 0xF0;
  private static final int BYTE = 0xFF;

  /** Bits of a PID pointer that lie beyond the physical-address width. */
  private static final long BEYOND_WIDTH = -1L << ModelConfiguration.MAX_PHY_ADDR;

  /** CR8 as VTPR gives it. */
  protected int cr8(int vtpr) {
    return vtpr >>> 4 & 0xF;
  }

  /** VTPR after MOV to CR8. */
  protected int taskPriorityOfCr8(int cr8) {
    return cr8 << 4;
  }

  /** VTPR after a write of the APIC-access page has stored a value there. */
  protected int taskPriorityWritten(int vtpr) {
    return vtpr & BYTE;
  }

  /** VPPR of PPR virtualization. */
  protected int processorPriority(int vtpr, int svi) {
    return (vtpr & CLASS) >= (svi & CLASS) ? vtpr & BYTE : svi & CLASS;
  }

  /** VPPR after the delivery of a vector. */
  protected int priorityOfDelivered(int vector) {
    return vector & CLASS;
  }

  /** Whether evaluation recognizes a pending virtual interrupt. */
  protected boolean recognizes(int rvi, int vppr, boolean windowExiting) {
    return !windowExiting && (rvi & CLASS) > (vppr & CLASS);
  }

  /** RVI after a request of a vector. */
  protected int requesting(int rvi, int vector) {
    return Math.max(rvi, vector);
  }

  /** Whether delivery ends recognition. */
  protected boolean deliveryEndsRecognition() {
    return true;
  }

  /** Whether TPR virtualization compares with the TPR threshold. */
  protected boolean thresholdCounts(boolean interruptDelivery) {
    return !interruptDelivery;
  }

  /** Whether VM entry compares with the TPR threshold. */
  protected boolean thresholdCountsAtEntry(boolean virtualizeAccesses, boolean interruptDelivery) {
    return virtualizeAccesses && !interruptDelivery;
  }

  /** Whether a task priority is below the TPR threshold. */
  protected boolean belowThreshold(int vtpr, int threshold) {
    return (vtpr >>> 4 & 0xF) < (threshold & 0xF);
  }

  /** The vector that EOI virtualization dismisses. */
  protected int dismissed(int svi) {
    return svi;
  }

  /** SVI after an EOI, from the highest vector that is still in service. */
  protected int serving(int highest) {
    return highest;
  }

  /** Whether the EOI-exit bitmap of the 64 vectors around one has it. */
  protected boolean eoiExits(long bitmap, int vector) {
    return (bitmap >>> (vector & (Long.SIZE - 1)) & 1) != 0;
  }

  /** The slots of 16 bytes whose reads are virtualized, as bits. */
  protected long readableSlots(boolean registers, boolean interruptDelivery) {
    return AccessPage.readableSlots(registers, interruptDelivery);
  }

  /** The slots of 16 bytes whose writes are virtualized, as bits. */
  protected long writableSlots(boolean registers, boolean interruptDelivery, boolean ipis) {
    return AccessPage.writableSlots(registers, interruptDelivery, ipis);
  }

  /** Whether an access may begin behind the first byte of a virtualized slot. */
  protected boolean virtualizesParts(boolean registers) {
    return registers;
  }

  /** Whether an access lies in the four low bytes of a slot. */
  protected boolean fits(int offset, int width) {
    return (offset & 0xF) + width <= Integer.BYTES;
  }

  /** The access type of an instruction fetch. */
  protected ApicAccessType fetchType() {
    return ApicAccessType.FETCH;
  }

  /** Whether walks of the guest's paging structures find those in the page. */
  protected boolean structureAccessExits() {
    return true;
  }

  /** The access type of such a walk; {@code delivery}: during the delivery of an event. */
  protected ApicAccessType structureType(boolean delivery) {
    return delivery ? ApicAccessType.PHYSICAL_EVENT_DELIVERY : ApicAccessType.PHYSICAL_EXECUTION;
  }

  /** Whether a prefetch of data is an access. */
  protected boolean prefetchReads() {
    return false;
  }

  /** Whether a read is virtualized in an operation that has written to the page before. */
  protected boolean virtualizesReadAfterWrite() {
    return false;
  }

  /** Whether a write is virtualized in an operation that has written elsewhere in the page. */
  protected boolean virtualizesOtherWrite() {
    return false;
  }

  /** Whether the delivery of a fault of an operation is followed by the emulation of its write. */
  protected boolean faultKeepsEmulation() {
    return true;
  }

  /** Whether a VM exit of an operation leaves nothing of its write but what it stored. */
  protected boolean exitDropsEmulation() {
    return true;
  }

  /** Whether a write of VICR_HI, the high half of the ICR, begins at an offset. */
  protected boolean isCommandHigh(int offset) {
    return (offset & -Integer.BYTES) == VirtualApicPage.VICR_HI;
  }

  /** VICR_HI after a write has stored a value there. */
  protected int commandHighWritten(int vicrHigh) {
    return vicrHigh & (BYTE << 24);
  }

  /** Whether VICR_LO asks for self-IPI virtualization. */
  protected boolean isSelfIpi(int vicr) {
    return (vicr & ~SELF_IPI_ANY) == TO_SELF && isLegal(vicr & BYTE);
  }

  /** Whether VICR_LO asks for IPI virtualization. */
  protected boolean isVirtualIpi(int vicr) {
    return (vicr & ~VIRTUAL_IPI_ANY) == 0;
  }

  /** Whether a vector can be that of a virtual IPI. */
  protected boolean isLegal(int vector) {
    return (vector & CLASS) != 0;
  }

  /** The bits of EDX:EAX that make a virtualized WRMSR fault. */
  protected long reservedBits(int msr) {
    return switch ((msr - Msr.X2APIC_FIRST) << 4) {
      case VirtualApicPage.VEOI -> -1L;
      case VirtualApicPage.VICR_LO -> 0xFFF3_2000L;
      default -> ~(long) BYTE;
    };
  }

  /** Whether the PID-pointer table has an entry for a virtual APIC ID. */
  protected boolean isInTable(int virtualApicId, int lastIndex) {
    return Integer.compareUnsigned(virtualApicId, lastIndex) <= 0;
  }

  /** Whether a PID-pointer table entry can be followed. */
  protected boolean isUsable(long pointer) {
    return (pointer & (BEYOND_WIDTH | PidPointer.RESERVED | PidPointer.VALID)) == PidPointer.VALID;
  }

  /** Whether posting sends a notification, by the control quadword of the descriptor. */
  protected boolean notifies(long control) {
    return (control & (PostedInterruptDescriptor.ON | PostedInterruptDescriptor.SN)) == 0;
  }

  /** Physical APIC ID that a notification goes to. */
  protected int notificationDestination(long control, boolean x2apic) {
    int destination = (int) (control >>> PostedInterruptDescriptor.NDST_SHIFT);
    return x2apic ? destination : destination >>> 8 & BYTE;
  }

  /** Whether a physical interrupt notifies of posted interrupts. */
  protected boolean isNotification(int vector, int notificationVector) {
    return vector == notificationVector;
  }

  /** The control quadword of a descriptor when posted-interrupt processing is through with it. */
  protected long processed(long control) {
    return control & ~PostedInterruptDescriptor.ON;
  }

  /** Whether the physical local APIC gets an EOI for a notification. */
  protected boolean endsNotification() {
    return true;
  }

  /** Whether posted requests vanish from the descriptor. */
  protected boolean clearsRequests() {
    return true;
  }
}
