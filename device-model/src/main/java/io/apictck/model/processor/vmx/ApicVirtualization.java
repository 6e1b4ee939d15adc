package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import org.jspecify.annotations.Nullable;

/**
 * APIC virtualization of one logical processor in VMX non-root operation (Intel SDM Vol. 3C, "APIC
 * Virtualization and Virtual Interrupts").
 *
 * <p>Supported: TPR shadow and threshold, the APIC-access page, APIC-register virtualization,
 * virtual-interrupt delivery, virtualization of x2APIC mode, posted-interrupt processing, IPI
 * virtualization, also for SENDUIPI.
 *
 * <p>Not supported: APIC-timer virtualization.
 *
 * <p>The controls are those that {@link #enter} found in the VMCS: nothing that {@code enter} does
 * may come before VM entry has checked them, and {@link #leave} belongs to every VM exit. In root
 * operation nothing is virtualized.
 */
public class ApicVirtualization extends ApicVirtualizationDecisions {
  private final VmxWorld world;
  private final ApicControls controls = new ApicControls();
  private final VirtualApicRegisters registers;
  private final VirtualInterrupts interrupts;
  private final AccessPage page;
  private final IpiVirtualization ipis;
  private final X2apicAccesses msrs;
  private final PostedInterrupts posted;
  private final OperationWrite write = new OperationWrite(this);
  private @Nullable Vmcs vmcs;

  /** That of a processor. */
  @SuppressWarnings("this-escape") // the decisions are hooks for planted faults
  public ApicVirtualization(VmxWorld world) {
    this.world = world;
    registers = new VirtualApicRegisters(world, controls);
    interrupts = new VirtualInterrupts(world, controls, registers, this);
    page = new AccessPage(controls, this);
    ipis = new IpiVirtualization(world, controls, this);
    msrs = new X2apicAccesses(controls, registers, interrupts, ipis, this);
    posted = new PostedInterrupts(world, controls, registers, interrupts, this);
  }

  /** VM entry has loaded the guest: RVI and SVI, PPR virtualization, evaluation. */
  public void enter(Vmcs vmcs) {
    this.vmcs = vmcs;
    controls.load(vmcs);
    page.load();
    interrupts.load(vmcs);
  }

  /** VM exit: RVI and SVI are saved, nothing is recognized any more. */
  public void leave() {
    if (vmcs != null) {
      interrupts.save(vmcs);
      controls.unload();
      if (exitDropsEmulation()) {
        write.forget();
      }
      vmcs = null;
    }
  }

  /** RESET may come in the middle of a guest. */
  public void reset() {
    controls.unload();
    interrupts.reset();
    write.forget();
    vmcs = null;
  }

  /** Whether an access has a byte in the APIC-access page and accesses to it are virtualized. */
  public boolean covers(long address, int width) {
    return page.covers(address, width);
  }

  /** A linear data read that {@link #covers} the page. */
  public ApicOutcome read(long address, int width) {
    if (!covers(address, width)) {
      return ApicOutcome.PASSED;
    }
    return page.virtualizesRead(address, width) && write.allowsRead()
        ? ApicOutcome.value(registers.read(page.offset(address), width))
        : page.exit(ApicAccessType.READ, address);
  }

  /**
   * A linear data write to the page by an operation that has no other; the caller exits or goes on
   * as the outcome says.
   */
  public ApicOutcome write(long address, int width, long value) {
    ApicOutcome stored = store(address, width, value);
    return stored.kind() == ApicOutcome.Kind.DONE ? emulate() : stored;
  }

  /**
   * A linear data write to the page. If it is done, {@link #emulate} is to follow when the
   * operation is over, whether it faulted or not, but not if there was a VM exit.
   */
  public ApicOutcome store(long address, int width, long value) {
    if (!covers(address, width)) {
      return ApicOutcome.PASSED;
    }
    int offset = page.offset(address);
    if (!page.virtualizesWrite(address, width) || !write.allowsWrite(offset, width)) {
      return page.exit(ApicAccessType.WRITE, address);
    }
    registers.write(offset, width, value);
    write.done(offset, width);
    return ApicOutcome.DONE;
  }

  /** Whether a write of the page still has to be followed by its emulation. */
  public boolean emulationPending() {
    return write.pending();
  }

  /** As {@link #emulate}, behind the delivery of a fault of the operation. */
  public ApicOutcome emulateAfterFault() {
    if (!faultKeepsEmulation()) {
      write.forget();
      return ApicOutcome.DONE;
    }
    return emulate();
  }

  /** APIC-write emulation: what follows a virtualized write. */
  public ApicOutcome emulate() {
    int offset = write.offset();
    write.forget();
    return emulateWrite(offset);
  }

  /** A prefetch of data. */
  public ApicOutcome prefetch(long address) {
    return covers(address, 1) && prefetchReads()
        ? page.exit(ApicAccessType.READ, address)
        : ApicOutcome.DONE;
  }

  /** An instruction fetch; PASSED outside the page. */
  public ApicOutcome fetch(long address) {
    return covers(address, 1) ? page.exit(fetchType(), address) : ApicOutcome.PASSED;
  }

  /** An access of event delivery, such as the push of its frame; PASSED outside the page. */
  public ApicOutcome eventDelivery(long address) {
    return covers(address, 1)
        ? page.exit(ApicAccessType.EVENT_DELIVERY, address)
        : ApicOutcome.PASSED;
  }

  /**
   * Whether a paging-structure entry of the guest that EPT has there is in the APIC-access page.
   */
  public boolean coversStructure(long address) {
    return covers(address, Long.BYTES) && structureAccessExits();
  }

  /** A guest-physical access to the page, that of a walk; where in the page, is not said. */
  public ApicOutcome structureAccess(boolean delivery) {
    return ApicOutcome.exit(ExitReason.APIC_ACCESS, structureType(delivery).qualification(0));
  }

  /** RDMSR of 800h to 8FFh that the MSR bitmap lets through. */
  public ApicOutcome rdmsr(int msr) {
    return msrs.read(msr);
  }

  /** WRMSR of 800h to 8FFh that the MSR bitmap lets through. */
  public ApicOutcome wrmsr(int msr, long value) {
    return msrs.write(msr, value);
  }

  /** MOV from CR8 that does not exit; PASSED without TPR shadow. */
  public ApicOutcome readCr8() {
    return controls.tprShadow
        ? ApicOutcome.value(cr8(registers.get(VirtualApicPage.VTPR)))
        : ApicOutcome.PASSED;
  }

  /** MOV to CR8 that does not exit; PASSED without TPR shadow. */
  public ApicOutcome writeCr8(long value) {
    if (!controls.tprShadow) {
      return ApicOutcome.PASSED;
    }
    if ((value & ~0xFL) != 0) {
      return ApicOutcome.FAULT;
    }
    registers.set(VirtualApicPage.VTPR, taskPriorityOfCr8((int) value));
    return interrupts.virtualizeTaskPriority();
  }

  /**
   * SENDUIPI has to notify (Intel SDM Vol. 3C, "Virtualizing SENDUIPI"); PASSED without TPR shadow.
   *
   * @param vector NV of the user posted-interrupt descriptor
   * @param destination its NDST
   */
  public ApicOutcome sendUserIpi(int vector, int destination) {
    if (!controls.tprShadow) {
      return ApicOutcome.PASSED;
    }
    int virtualApicId = destination;
    if (controls.virtualizeAccesses) {
      virtualApicId = destination >>> 8 & 0xFF;
      registers.set(VirtualApicPage.VICR_HI, virtualApicId << 24);
      registers.set(VirtualApicPage.VICR_LO, vector);
    } else {
      registers.write(
          VirtualApicPage.VICR_LO, Long.BYTES, (long) destination << Integer.SIZE | vector);
    }
    return controls.ipis ? ipis.send(vector, virtualApicId) : ipis.exit();
  }

  /** Whether VM entry leads to a TPR-below-threshold VM exit at once. */
  public boolean tprBelowThresholdAtEntry() {
    return controls.tprShadow
        && thresholdCountsAtEntry(controls.virtualizeAccesses, controls.interruptDelivery)
        && interrupts.isBelowThreshold();
  }

  /** Whether a pending virtual interrupt is recognized. */
  public boolean recognized() {
    return interrupts.recognized();
  }

  /** Delivers the recognized virtual interrupt: updates VISR, SVI, VIRR, RVI and VPPR. */
  public int deliver() {
    return interrupts.deliver();
  }

  /**
   * The virtual interrupt just delivered turned out to be a user-interrupt notification: it is in
   * service no longer, without EOI-exit bitmap and evaluation.
   */
  public void deliveredToUser(int vector) {
    interrupts.leaveService(vector);
  }

  /**
   * A physical interrupt was acknowledged in non-root operation with "process posted interrupts".
   *
   * @return whether its vector was the notification vector, and it was processed
   */
  public boolean notified(int vector) {
    return posted.notified(vector);
  }

  /** The world. */
  protected final VmxWorld world() {
    return world;
  }

  private ApicOutcome emulateWrite(int offset) {
    if (isCommandHigh(offset)) {
      registers.set(
          VirtualApicPage.VICR_HI, commandHighWritten(registers.get(VirtualApicPage.VICR_HI)));
      return ApicOutcome.DONE;
    }
    return switch (offset) {
      case VirtualApicPage.VTPR -> {
        registers.set(
            VirtualApicPage.VTPR, taskPriorityWritten(registers.get(VirtualApicPage.VTPR)));
        yield interrupts.virtualizeTaskPriority();
      }
      case VirtualApicPage.VEOI -> controls.interruptDelivery ? endOfInterrupt() : exit(offset);
      case VirtualApicPage.VICR_LO -> command();
      default -> exit(offset);
    };
  }

  private ApicOutcome endOfInterrupt() {
    registers.set(VirtualApicPage.VEOI, 0);
    return interrupts.endOfInterrupt();
  }

  private ApicOutcome command() {
    int vicr = registers.get(VirtualApicPage.VICR_LO);
    if (controls.interruptDelivery && isSelfIpi(vicr)) {
      interrupts.selfIpi(vicr & 0xFF);
      return ApicOutcome.DONE;
    }
    return ipis.command(vicr, registers.get(VirtualApicPage.VICR_HI) >>> 24);
  }

  private static ApicOutcome exit(int offset) {
    return ApicOutcome.trapExit(ExitReason.APIC_WRITE, offset);
  }
}
