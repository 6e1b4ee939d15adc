package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import org.jspecify.annotations.Nullable;

/**
 * The controls of APIC virtualization (Intel SDM Vol. 3C, "Controls for APIC Virtualization"), as
 * VM entry finds them: software cannot change them in non-root operation.
 */
final class ApicControls {
  private static final int BITMAPS = 4;
  private static final VmcsField[] EOI_EXIT_BITMAPS = {
    VmcsField.EOI_EXIT_BITMAP_0,
    VmcsField.EOI_EXIT_BITMAP_1,
    VmcsField.EOI_EXIT_BITMAP_2,
    VmcsField.EOI_EXIT_BITMAP_3
  };

  boolean tprShadow;
  boolean virtualizeAccesses;
  boolean x2apicMode;
  boolean registers;
  boolean interruptDelivery;
  boolean ipis;
  boolean postedInterrupts;
  boolean windowExiting;
  long virtualApic;
  long accessPage;
  long descriptor;
  long pidPointers;
  int lastPidPointer;
  int notificationVector;
  int threshold;
  final long[] eoiExitBitmaps = new long[BITMAPS];

  /** Where they are from, null for nowhere. */
  private @Nullable Vmcs source;

  /** The edition of the source. */
  private int edition;

  private boolean foundTprShadow;
  private boolean foundVirtualizeAccesses;
  private boolean foundX2apicMode;
  private boolean foundPostedInterrupts;

  /** VM entry. */
  @SuppressWarnings("ReferenceEquality") // a VMCS is one object
  void load(Vmcs vmcs) {
    if (source != vmcs || edition != vmcs.edition()) {
      find(vmcs);
      source = vmcs;
      edition = vmcs.edition();
    }
    tprShadow = foundTprShadow;
    virtualizeAccesses = foundVirtualizeAccesses;
    x2apicMode = foundX2apicMode;
    postedInterrupts = foundPostedInterrupts;
  }

  private void find(Vmcs vmcs) {
    foundTprShadow = vmcs.has(VmxControl.USE_TPR_SHADOW);
    foundVirtualizeAccesses = vmcs.has(VmxControl.VIRTUALIZE_APIC_ACCESSES);
    foundX2apicMode = foundTprShadow && vmcs.has(VmxControl.VIRTUALIZE_X2APIC_MODE);
    registers = foundTprShadow && vmcs.has(VmxControl.APIC_REGISTER_VIRTUALIZATION);
    interruptDelivery = foundTprShadow && vmcs.has(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    ipis = foundTprShadow && vmcs.has(VmxControl.IPI_VIRTUALIZATION);
    foundPostedInterrupts = interruptDelivery && vmcs.has(VmxControl.PROCESS_POSTED_INTERRUPTS);
    windowExiting = vmcs.has(VmxControl.INTERRUPT_WINDOW_EXITING);
    virtualApic = vmcs.get(VmcsField.VIRTUAL_APIC_ADDRESS);
    accessPage = vmcs.get(VmcsField.APIC_ACCESS_ADDRESS);
    descriptor = vmcs.get(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS);
    pidPointers = vmcs.get(VmcsField.PID_POINTER_TABLE_ADDRESS);
    lastPidPointer = (int) vmcs.get(VmcsField.LAST_PID_POINTER_INDEX);
    notificationVector = (int) vmcs.get(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR);
    threshold = (int) vmcs.get(VmcsField.TPR_THRESHOLD);
    for (int i = 0; i < BITMAPS; i++) {
      eoiExitBitmaps[i] = vmcs.get(EOI_EXIT_BITMAPS[i]);
    }
  }

  /** VM exit: nothing is virtualized in root operation. The other controls depend on these. */
  void unload() {
    tprShadow = false;
    virtualizeAccesses = false;
    x2apicMode = false;
    postedInterrupts = false;
  }
}
