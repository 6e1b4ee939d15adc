package io.apictck.arch.vmx;

import java.util.Map;
import java.util.Set;

/**
 * Fields that exist only where a control may be 1 (Intel SDM Vol. 3D, "Field Encoding in VMCS",
 * notes to the tables).
 */
public final class FieldExistence {
  private static final Map<VmcsField, Set<VmxControl>> NEEDS =
      Map.ofEntries(
          Map.entry(VmcsField.VPID, Set.of(VmxControl.ENABLE_VPID)),
          Map.entry(
              VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR,
              Set.of(VmxControl.PROCESS_POSTED_INTERRUPTS)),
          Map.entry(VmcsField.LAST_PID_POINTER_INDEX, Set.of(VmxControl.IPI_VIRTUALIZATION)),
          Map.entry(VmcsField.VIRTUAL_TIMER_VECTOR, Set.of(VmxControl.APIC_TIMER_VIRTUALIZATION)),
          Map.entry(
              VmcsField.GUEST_INTERRUPT_STATUS, Set.of(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)),
          Map.entry(VmcsField.GUEST_UINV, Set.of(VmxControl.LOAD_UINV, VmxControl.CLEAR_UINV)),
          Map.entry(VmcsField.IO_BITMAP_A, Set.of(VmxControl.USE_IO_BITMAPS)),
          Map.entry(VmcsField.IO_BITMAP_B, Set.of(VmxControl.USE_IO_BITMAPS)),
          Map.entry(VmcsField.MSR_BITMAP, Set.of(VmxControl.USE_MSR_BITMAPS)),
          Map.entry(VmcsField.VIRTUAL_APIC_ADDRESS, Set.of(VmxControl.USE_TPR_SHADOW)),
          Map.entry(VmcsField.APIC_ACCESS_ADDRESS, Set.of(VmxControl.VIRTUALIZE_APIC_ACCESSES)),
          Map.entry(
              VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS,
              Set.of(VmxControl.PROCESS_POSTED_INTERRUPTS)),
          Map.entry(VmcsField.EPT_POINTER, Set.of(VmxControl.ENABLE_EPT)),
          Map.entry(VmcsField.EOI_EXIT_BITMAP_0, Set.of(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)),
          Map.entry(VmcsField.EOI_EXIT_BITMAP_1, Set.of(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)),
          Map.entry(VmcsField.EOI_EXIT_BITMAP_2, Set.of(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)),
          Map.entry(VmcsField.EOI_EXIT_BITMAP_3, Set.of(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)),
          Map.entry(VmcsField.TERTIARY_CONTROLS, Set.of(VmxControl.ACTIVATE_TERTIARY_CONTROLS)),
          Map.entry(VmcsField.PID_POINTER_TABLE_ADDRESS, Set.of(VmxControl.IPI_VIRTUALIZATION)),
          Map.entry(
              VmcsField.SECONDARY_EXIT_CONTROLS,
              Set.of(VmxControl.ACTIVATE_SECONDARY_EXIT_CONTROLS)),
          Map.entry(VmcsField.GUEST_PHYSICAL_ADDRESS, Set.of(VmxControl.ENABLE_EPT)),
          Map.entry(
              VmcsField.GUEST_IA32_EFER,
              Set.of(VmxControl.LOAD_IA32_EFER_ON_ENTRY, VmxControl.SAVE_IA32_EFER)),
          Map.entry(VmcsField.HOST_IA32_EFER, Set.of(VmxControl.LOAD_IA32_EFER_ON_EXIT)),
          Map.entry(VmcsField.TPR_THRESHOLD, Set.of(VmxControl.USE_TPR_SHADOW)),
          Map.entry(VmcsField.SECONDARY_CONTROLS, Set.of(VmxControl.ACTIVATE_SECONDARY_CONTROLS)),
          Map.entry(VmcsField.PLE_GAP, Set.of(VmxControl.PAUSE_LOOP_EXITING)),
          Map.entry(VmcsField.PLE_WINDOW, Set.of(VmxControl.PAUSE_LOOP_EXITING)),
          Map.entry(
              VmcsField.VMX_PREEMPTION_TIMER_VALUE,
              Set.of(VmxControl.ACTIVATE_VMX_PREEMPTION_TIMER)));

  private FieldExistence() {}

  /** The controls one of which must be supported for a field to exist; empty if it always does. */
  public static Set<VmxControl> of(VmcsField field) {
    return NEEDS.getOrDefault(field, Set.of());
  }
}
