package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.EptCapabilities;
import io.apictck.arch.vmx.EptPointer;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;

/**
 * What VM entry demands of the controls (Intel SDM Vol. 3C, "VM-Execution Control Fields", "VM-Exit
 * Control Fields", "VM-Entry Control Fields" of "Checks on VMX Controls and Host-State Area"). Each
 * method says whether its demand is met.
 */
final class ControlChecks {
  private static final int MAX_CR3_TARGETS = 4;
  private static final long THRESHOLD = 0xF;
  private static final int CLASS_SHIFT = 4;
  private static final long DESCRIPTOR_OFFSET = 0x3F;
  private static final long POINTER_OFFSET = 7;
  private static final int POINTER_SIZE = 8;
  private static final long VECTOR = 0xFF;

  private ControlChecks() {}

  /** No control outside of its allowed settings; vectors that are not activated do not count. */
  static boolean allowedSettings(Vmcs vmcs, CapabilityMsrs capabilities, ControlVector vector) {
    if (!active(vmcs, vector)) {
      return true;
    }
    long controls = vmcs.get(vector.field());
    return (controls & ~capabilities.allowed1(vector)) == 0
        && (~controls & capabilities.required(vector)) == 0;
  }

  private static boolean active(Vmcs vmcs, ControlVector vector) {
    return switch (vector) {
      case PIN, PRIMARY, EXIT, ENTRY -> true;
      case SECONDARY -> vmcs.has(VmxControl.ACTIVATE_SECONDARY_CONTROLS);
      case TERTIARY -> vmcs.has(VmxControl.ACTIVATE_TERTIARY_CONTROLS);
    };
  }

  /** As many CR3-target values as there are fields. */
  static boolean cr3Targets(Vmcs vmcs) {
    return Long.compareUnsigned(vmcs.get(VmcsField.CR3_TARGET_COUNT), MAX_CR3_TARGETS) <= 0;
  }

  /** I/O bitmaps are pages. */
  static boolean ioBitmaps(Vmcs vmcs) {
    return !vmcs.has(VmxControl.USE_IO_BITMAPS)
        || (Addresses.page(vmcs.get(VmcsField.IO_BITMAP_A))
            && Addresses.page(vmcs.get(VmcsField.IO_BITMAP_B)));
  }

  /** The MSR bitmap is a page. */
  static boolean msrBitmap(Vmcs vmcs) {
    return !vmcs.has(VmxControl.USE_MSR_BITMAPS) || Addresses.page(vmcs.get(VmcsField.MSR_BITMAP));
  }

  /** The EPT pointer is one that the processor can follow. */
  static boolean eptPointer(EptPointer pointer, EptCapabilities capabilities) {
    boolean memoryType =
        switch (pointer.memoryType()) {
          case EptPointer.UNCACHEABLE -> capabilities.has(EptCapabilities.UNCACHEABLE);
          case EptPointer.WRITE_BACK -> capabilities.has(EptCapabilities.WRITE_BACK);
          default -> false;
        };
    return memoryType
        && pointer.walkLength() == EptPointer.FOUR_LEVELS
        && (!pointer.accessedAndDirty() || capabilities.has(EptCapabilities.ACCESSED_AND_DIRTY))
        && !pointer.hasReserved()
        && Addresses.physical(pointer.table());
  }

  /** Virtual NMIs only with NMI exiting. */
  static boolean virtualNmis(Vmcs vmcs) {
    return vmcs.has(VmxControl.NMI_EXITING) || !vmcs.has(VmxControl.VIRTUAL_NMIS);
  }

  /** NMI-window exiting only with virtual NMIs. */
  static boolean nmiWindow(Vmcs vmcs) {
    return vmcs.has(VmxControl.VIRTUAL_NMIS) || !vmcs.has(VmxControl.NMI_WINDOW_EXITING);
  }

  /** The virtual-APIC page is a page. */
  static boolean virtualApicPage(Vmcs vmcs) {
    return !vmcs.has(VmxControl.USE_TPR_SHADOW)
        || Addresses.page(vmcs.get(VmcsField.VIRTUAL_APIC_ADDRESS));
  }

  /** The TPR threshold is a priority class. */
  static boolean tprThreshold(Vmcs vmcs) {
    return !usesThreshold(vmcs) || (vmcs.get(VmcsField.TPR_THRESHOLD) & ~THRESHOLD) == 0;
  }

  /** The TPR threshold is not above VTPR where APIC accesses are not virtualized. */
  static boolean tprThresholdNotAboveVtpr(Vmcs vmcs, VmxWorld world) {
    if (!usesThreshold(vmcs) || vmcs.has(VmxControl.VIRTUALIZE_APIC_ACCESSES)) {
      return true;
    }
    long vtpr =
        world.read(vmcs.get(VmcsField.VIRTUAL_APIC_ADDRESS) + VirtualApicPage.VTPR, Integer.BYTES);
    return (vmcs.get(VmcsField.TPR_THRESHOLD) & THRESHOLD) <= (vtpr >>> CLASS_SHIFT & THRESHOLD);
  }

  private static boolean usesThreshold(Vmcs vmcs) {
    return vmcs.has(VmxControl.USE_TPR_SHADOW) && !vmcs.has(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
  }

  /** What needs a virtual-APIC page has one. */
  static boolean needsTprShadow(Vmcs vmcs) {
    return vmcs.has(VmxControl.USE_TPR_SHADOW)
        || !(vmcs.has(VmxControl.VIRTUALIZE_X2APIC_MODE)
            || vmcs.has(VmxControl.APIC_REGISTER_VIRTUALIZATION)
            || vmcs.has(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)
            || vmcs.has(VmxControl.IPI_VIRTUALIZATION));
  }

  /** The APIC-access page is a page. */
  static boolean apicAccessPage(Vmcs vmcs) {
    return !vmcs.has(VmxControl.VIRTUALIZE_APIC_ACCESSES)
        || Addresses.page(vmcs.get(VmcsField.APIC_ACCESS_ADDRESS));
  }

  /** Not both kinds of APIC virtualization. */
  static boolean oneApicMode(Vmcs vmcs) {
    return !vmcs.has(VmxControl.VIRTUALIZE_X2APIC_MODE)
        || !vmcs.has(VmxControl.VIRTUALIZE_APIC_ACCESSES);
  }

  /** Virtual-interrupt delivery only with external-interrupt exiting. */
  static boolean virtualInterruptDelivery(Vmcs vmcs) {
    return !vmcs.has(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)
        || vmcs.has(VmxControl.EXTERNAL_INTERRUPT_EXITING);
  }

  /** What posted-interrupt processing needs. */
  static boolean postedInterrupts(Vmcs vmcs) {
    return !vmcs.has(VmxControl.PROCESS_POSTED_INTERRUPTS)
        || (vmcs.has(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)
            && vmcs.has(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT)
            && (vmcs.get(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR) & ~VECTOR) == 0
            && Addresses.aligned(
                vmcs.get(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS), DESCRIPTOR_OFFSET));
  }

  /** The PID-pointer table lies in the physical address space. */
  static boolean pidPointerTable(Vmcs vmcs) {
    if (!vmcs.has(VmxControl.IPI_VIRTUALIZATION)) {
      return true;
    }
    long table = vmcs.get(VmcsField.PID_POINTER_TABLE_ADDRESS);
    long last = table + POINTER_SIZE * vmcs.get(VmcsField.LAST_PID_POINTER_INDEX);
    return Addresses.aligned(table, POINTER_OFFSET) && Addresses.physical(last);
  }

  /** A list of MSRs is aligned and lies in the physical address space. */
  static boolean msrArea(Vmcs vmcs, VmcsField addressField, VmcsField countField) {
    long count = vmcs.get(countField);
    if (count == 0) {
      return true;
    }
    long address = vmcs.get(addressField);
    long last = address + count * MsrArea.ENTRY_SIZE - 1;
    return Addresses.aligned(address, MsrArea.ENTRY_SIZE - 1) && Addresses.physical(last);
  }
}
