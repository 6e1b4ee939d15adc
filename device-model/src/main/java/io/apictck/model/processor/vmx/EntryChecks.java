package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.EptPointer;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;

/**
 * All that VM entry checks, for faulty processors to override (Intel SDM Vol. 3C, "VM Entries").
 */
public class EntryChecks {
  /** Guest state is good. */
  public static final int GOOD = -1;

  /** Exit qualification of guest state that is bad. */
  public static final int BAD = 0;

  /** Exit qualification: an NMI is injected in the shadow of STI. */
  public static final int NMI_BEHIND_STI = 3;

  /** Exit qualification: the VMCS link pointer is bad. */
  public static final int BAD_LINK_POINTER = 4;

  private final CapabilityMsrs capabilities;
  private final VmxWorld world;

  /** Those of a processor. */
  public EntryChecks(CapabilityMsrs capabilities, VmxWorld world) {
    this.capabilities = capabilities;
    this.world = world;
  }

  /** Whether the controls are good; else VM entry fails with error 7. */
  public boolean controls(Vmcs vmcs) {
    return executionControls(vmcs)
        && ept(vmcs)
        && nmiControls(vmcs)
        && tprShadow(vmcs)
        && apicControls(vmcs)
        && postedInterrupts(vmcs)
        && ipiVirtualization(vmcs)
        && exitControls(vmcs)
        && entryControls(vmcs);
  }

  /** The part of {@link #controls} that depends on memory, not only on the VMCS. */
  public final boolean controlsWithMemory(Vmcs vmcs) {
    return tprShadow(vmcs);
  }

  /** Whether the host state is good; else VM entry fails with error 8. */
  public boolean hostState(Vmcs vmcs) {
    return HostStateChecks.controlRegisters(vmcs, capabilities)
        && HostStateChecks.selectors(vmcs)
        && HostStateChecks.linearAddresses(vmcs)
        && HostStateChecks.addressSpaceSize(vmcs);
  }

  /** {@link #GOOD}, or the qualification of the VM exit that VM entry fails with. */
  public int guestState(Vmcs vmcs) {
    if (!guestRegisters(vmcs)
        || !instructionPointer(vmcs)
        || !activity(vmcs)
        || !interruptibility(vmcs)
        || !injectability(vmcs)
        || !pendingDebugExceptions(vmcs)) {
      return BAD;
    }
    if (!GuestStateChecks.stiForNmi(vmcs)) {
      return NMI_BEHIND_STI;
    }
    return GuestStateChecks.linkPointer(vmcs, world) ? GOOD : BAD_LINK_POINTER;
  }

  /** The part of {@link #guestState} that is not settled by {@link Vmcs#guestEdition}. */
  public final int restlessGuestState(Vmcs vmcs) {
    if (!instructionPointer(vmcs)) {
      return BAD;
    }
    return GuestStateChecks.linkPointer(vmcs, world) ? GOOD : BAD_LINK_POINTER;
  }

  /** Execution controls that have nothing to do with interrupts. */
  protected boolean executionControls(Vmcs vmcs) {
    return ControlChecks.allowedSettings(vmcs, capabilities, ControlVector.PIN)
        && ControlChecks.allowedSettings(vmcs, capabilities, ControlVector.PRIMARY)
        && ControlChecks.allowedSettings(vmcs, capabilities, ControlVector.SECONDARY)
        && ControlChecks.allowedSettings(vmcs, capabilities, ControlVector.TERTIARY)
        && ControlChecks.cr3Targets(vmcs)
        && ControlChecks.ioBitmaps(vmcs)
        && ControlChecks.msrBitmap(vmcs);
  }

  /** EPT. */
  protected boolean ept(Vmcs vmcs) {
    return !vmcs.has(VmxControl.ENABLE_EPT)
        || eptPointer(new EptPointer(vmcs.get(VmcsField.EPT_POINTER)));
  }

  /** Whether an EPT pointer is one that the processor can follow; also for INVEPT. */
  public boolean eptPointer(EptPointer pointer) {
    return ControlChecks.eptPointer(pointer, capabilities.ept());
  }

  /** Controls for NMIs. */
  protected boolean nmiControls(Vmcs vmcs) {
    return ControlChecks.virtualNmis(vmcs) && ControlChecks.nmiWindow(vmcs);
  }

  /** The TPR shadow. */
  protected boolean tprShadow(Vmcs vmcs) {
    return ControlChecks.virtualApicPage(vmcs)
        && ControlChecks.tprThreshold(vmcs)
        && ControlChecks.tprThresholdNotAboveVtpr(vmcs, world);
  }

  /** Controls for APIC virtualization. */
  protected boolean apicControls(Vmcs vmcs) {
    return ControlChecks.needsTprShadow(vmcs)
        && ControlChecks.apicAccessPage(vmcs)
        && ControlChecks.oneApicMode(vmcs)
        && ControlChecks.virtualInterruptDelivery(vmcs);
  }

  /** Posted interrupts. */
  protected boolean postedInterrupts(Vmcs vmcs) {
    return ControlChecks.postedInterrupts(vmcs);
  }

  /** IPI virtualization. */
  protected boolean ipiVirtualization(Vmcs vmcs) {
    return ControlChecks.pidPointerTable(vmcs);
  }

  /** VM-exit controls. */
  protected boolean exitControls(Vmcs vmcs) {
    return ControlChecks.allowedSettings(vmcs, capabilities, ControlVector.EXIT)
        && ControlChecks.msrArea(
            vmcs, VmcsField.EXIT_MSR_STORE_ADDRESS, VmcsField.EXIT_MSR_STORE_COUNT)
        && ControlChecks.msrArea(
            vmcs, VmcsField.EXIT_MSR_LOAD_ADDRESS, VmcsField.EXIT_MSR_LOAD_COUNT);
  }

  /** VM-entry controls. */
  protected boolean entryControls(Vmcs vmcs) {
    return ControlChecks.allowedSettings(vmcs, capabilities, ControlVector.ENTRY)
        && ControlChecks.msrArea(
            vmcs, VmcsField.ENTRY_MSR_LOAD_ADDRESS, VmcsField.ENTRY_MSR_LOAD_COUNT)
        && injection(vmcs);
  }

  /** Fields for event injection. */
  protected boolean injection(Vmcs vmcs) {
    InterruptionInformation event =
        InterruptionInformation.of((int) vmcs.get(VmcsField.ENTRY_INTERRUPTION_INFORMATION));
    return !event.valid()
        || (InjectionChecks.reservedBits(event)
            && InjectionChecks.type(event, capabilities)
            && InjectionChecks.vector(event)
            && InjectionChecks.deliversErrorCode(event, capabilities)
            && InjectionChecks.errorCode(event, vmcs)
            && InjectionChecks.instructionLength(event, vmcs, capabilities));
  }

  /** Registers of the guest. */
  protected boolean guestRegisters(Vmcs vmcs) {
    return GuestStateChecks.controlRegisters(vmcs, capabilities)
        && GuestStateChecks.rflags(vmcs)
        && GuestStateChecks.uinv(vmcs);
  }

  /** RIP of the guest. */
  protected boolean instructionPointer(Vmcs vmcs) {
    return GuestStateChecks.rip(vmcs);
  }

  /** Activity state. */
  protected boolean activity(Vmcs vmcs) {
    return GuestStateChecks.activity(vmcs, capabilities)
        && GuestStateChecks.haltedAtLevelZero(vmcs)
        && GuestStateChecks.activeInShadow(vmcs)
        && GuestStateChecks.activityForInjection(vmcs);
  }

  /** Interruptibility state. */
  protected boolean interruptibility(Vmcs vmcs) {
    return GuestStateChecks.interruptibilityBits(vmcs)
        && GuestStateChecks.oneShadow(vmcs)
        && GuestStateChecks.shadowOfSti(vmcs);
  }

  /** Whether the event can be injected as the guest is. */
  protected boolean injectability(Vmcs vmcs) {
    return GuestStateChecks.interruptFlagForInjection(vmcs)
        && GuestStateChecks.shadowsForInterrupt(vmcs)
        && GuestStateChecks.movSsForNmi(vmcs)
        && GuestStateChecks.virtualNmiBlockingForNmi(vmcs);
  }

  /** Pending debug exceptions. */
  protected boolean pendingDebugExceptions(Vmcs vmcs) {
    return GuestStateChecks.pendingDebugBits(vmcs) && GuestStateChecks.pendingSingleStep(vmcs);
  }
}
