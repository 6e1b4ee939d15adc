package io.apictck.model.processor;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.processor.vmx.Vmcs;

/**
 * The controls of a guest that its processor asks for again and again, as VM entry finds them:
 * software cannot change them in non-root operation.
 *
 * @param virtualizesApic "use TPR shadow" or "virtualize APIC accesses"
 * @param shadowsTpr "use TPR shadow"
 * @param virtualizesAccesses "virtualize APIC accesses"
 * @param virtualizesMsrs "virtualize x2APIC mode"
 * @param deliversVirtualInterrupts "virtual-interrupt delivery"
 * @param trapsAfterInstructions "monitor trap flag"
 * @param nmiWindowExiting "NMI-window exiting"
 * @param interruptWindowExiting "interrupt-window exiting"
 * @param virtualNmis "virtual NMIs"
 * @param loadsUinv "load UINV"
 * @param clearsUinv "clear UINV"
 * @param tscOffset the TSC offset; 0 without "use TSC offsetting"
 */
record GuestControls(
    boolean virtualizesApic,
    boolean shadowsTpr,
    boolean virtualizesAccesses,
    boolean virtualizesMsrs,
    boolean deliversVirtualInterrupts,
    boolean trapsAfterInstructions,
    boolean nmiWindowExiting,
    boolean interruptWindowExiting,
    boolean virtualNmis,
    boolean loadsUinv,
    boolean clearsUinv,
    long tscOffset) {
  /** Those of a VMCS. */
  static GuestControls of(Vmcs vmcs) {
    boolean shadowsTpr = vmcs.has(VmxControl.USE_TPR_SHADOW);
    boolean virtualizesAccesses = vmcs.has(VmxControl.VIRTUALIZE_APIC_ACCESSES);
    return new GuestControls(
        shadowsTpr || virtualizesAccesses,
        shadowsTpr,
        virtualizesAccesses,
        vmcs.has(VmxControl.VIRTUALIZE_X2APIC_MODE),
        vmcs.has(VmxControl.VIRTUAL_INTERRUPT_DELIVERY),
        vmcs.has(VmxControl.MONITOR_TRAP_FLAG),
        vmcs.has(VmxControl.NMI_WINDOW_EXITING),
        vmcs.has(VmxControl.INTERRUPT_WINDOW_EXITING),
        vmcs.has(VmxControl.VIRTUAL_NMIS),
        vmcs.has(VmxControl.LOAD_UINV),
        vmcs.has(VmxControl.CLEAR_UINV),
        vmcs.has(VmxControl.USE_TSC_OFFSETTING) ? vmcs.get(VmcsField.TSC_OFFSET) : 0);
  }

  /** Whether a window may open. */
  boolean opensWindows() {
    return nmiWindowExiting || interruptWindowExiting;
  }
}
