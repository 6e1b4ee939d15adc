package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;

/**
 * What VM entry demands of the host-state area (Intel SDM Vol. 3C, "Checks on Host Control
 * Registers, MSRs, and SSP", "Checks on Host Segment and Descriptor-Table Registers", "Checks
 * Related to Address-Space Size"). Each method says whether its demand is met.
 */
final class HostStateChecks {
  /** TI and RPL. */
  private static final long PRIVILEGE = 7;

  private static final long CR4_PAE = 1 << 5;

  private static final VmcsField[] SELECTORS = {
    VmcsField.HOST_ES_SELECTOR,
    VmcsField.HOST_CS_SELECTOR,
    VmcsField.HOST_SS_SELECTOR,
    VmcsField.HOST_DS_SELECTOR,
    VmcsField.HOST_FS_SELECTOR,
    VmcsField.HOST_GS_SELECTOR,
    VmcsField.HOST_TR_SELECTOR
  };

  private static final VmcsField[] LINEAR_ADDRESSES = {
    VmcsField.HOST_FS_BASE,
    VmcsField.HOST_GS_BASE,
    VmcsField.HOST_TR_BASE,
    VmcsField.HOST_GDTR_BASE,
    VmcsField.HOST_IDTR_BASE,
    VmcsField.HOST_IA32_SYSENTER_ESP,
    VmcsField.HOST_IA32_SYSENTER_EIP,
    VmcsField.HOST_RIP
  };

  private HostStateChecks() {}

  /** CR0, CR3 and CR4. */
  static boolean controlRegisters(Vmcs vmcs, CapabilityMsrs capabilities) {
    return capabilities.allowsCr0(vmcs.get(VmcsField.HOST_CR0))
        && capabilities.allowsCr4(vmcs.get(VmcsField.HOST_CR4))
        && Addresses.physical(vmcs.get(VmcsField.HOST_CR3));
  }

  /** Selectors of privilege level 0; CS and TR are not null. */
  static boolean selectors(Vmcs vmcs) {
    for (VmcsField field : SELECTORS) {
      if ((vmcs.get(field) & PRIVILEGE) != 0) {
        return false;
      }
    }
    return vmcs.get(VmcsField.HOST_CS_SELECTOR) != 0 && vmcs.get(VmcsField.HOST_TR_SELECTOR) != 0;
  }

  /** Canonical addresses. */
  static boolean linearAddresses(Vmcs vmcs) {
    for (VmcsField field : LINEAR_ADDRESSES) {
      if (!Addresses.canonical(vmcs.get(field))) {
        return false;
      }
    }
    return true;
  }

  /** The host is in 64-bit mode, as the processor is. */
  static boolean addressSpaceSize(Vmcs vmcs) {
    return vmcs.has(VmxControl.HOST_ADDRESS_SPACE_SIZE)
        && (vmcs.get(VmcsField.HOST_CR4) & CR4_PAE) != 0;
  }
}
