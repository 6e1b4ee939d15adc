package io.apictck.model.processor.vmx;

import io.apictck.arch.Cr0;
import io.apictck.arch.Cr4;
import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;

/**
 * What VM entry demands of the guest-state area, as far as interrupts need it (Intel SDM Vol. 3C,
 * "Checks on the Guest State Area"). Each method says whether its demand is met.
 */
final class GuestStateChecks {
  private static final long CR4_PAE = 1 << 5;

  /** Bits 63:22, 15, 5 and 3, and VM, which is 0 in IA-32e mode. */
  private static final long RFLAGS_ZERO = ~0x3F_FFFFL | 1 << 15 | 1 << 5 | 1 << 3 | 1 << 17;

  private static final int SHADOWS =
      Interruptibility.BLOCKING_BY_STI | Interruptibility.BLOCKING_BY_MOV_SS;

  /** Bits 11:4, 13, 15 and 63:17 of the pending debug exceptions. */
  private static final long DEBUG_RESERVED = ~0x1_500FL;

  private static final long DEBUG_BS = 1 << 14;
  private static final int DPL_SHIFT = 5;
  private static final int DPL = 3;
  private static final int DEBUG_EXCEPTION = 1;
  private static final int MACHINE_CHECK = 18;
  private static final long NO_POINTER = -1;
  private static final long UINV_RESERVED = 0xFF00;
  private static final long REVISION_AND_SHADOW = 0xFFFF_FFFFL;

  private GuestStateChecks() {}

  /** CR0, CR3 and CR4. */
  static boolean controlRegisters(Vmcs vmcs, CapabilityMsrs capabilities) {
    long cr4 = vmcs.get(VmcsField.GUEST_CR4);
    return capabilities.allowsCr0(vmcs.get(VmcsField.GUEST_CR0))
        && capabilities.allowsCr4(cr4)
        && Addresses.physical(vmcs.get(VmcsField.GUEST_CR3))
        && ((cr4 & Cr4.CET) == 0 || (vmcs.get(VmcsField.GUEST_CR0) & Cr0.WP) != 0)
        && (!vmcs.has(VmxControl.IA32E_MODE_GUEST) || (cr4 & CR4_PAE) != 0);
  }

  /** RIP is canonical. */
  static boolean rip(Vmcs vmcs) {
    return Addresses.canonical(vmcs.get(VmcsField.GUEST_RIP));
  }

  /** Reserved bits of RFLAGS. */
  static boolean rflags(Vmcs vmcs) {
    long rflags = vmcs.get(VmcsField.GUEST_RFLAGS);
    return (rflags & RFLAGS_ZERO) == 0 && (rflags & Rflags.FIXED) != 0;
  }

  /** Reserved bits of UINV. */
  static boolean uinv(Vmcs vmcs) {
    return !vmcs.has(VmxControl.LOAD_UINV) || (vmcs.get(VmcsField.GUEST_UINV) & UINV_RESERVED) == 0;
  }

  /** An external interrupt is injected only with IF=1. */
  static boolean interruptFlagForInjection(Vmcs vmcs) {
    return !injects(vmcs, InterruptionType.EXTERNAL_INTERRUPT) || interruptFlag(vmcs);
  }

  /** The activity state is one that the processor supports. */
  static boolean activity(Vmcs vmcs, CapabilityMsrs capabilities) {
    long state = vmcs.get(VmcsField.GUEST_ACTIVITY_STATE);
    return ActivityState.defines(state) && capabilities.misc().supports(ActivityState.of(state));
  }

  /** HLT only at privilege level 0. */
  static boolean haltedAtLevelZero(Vmcs vmcs) {
    return activityOf(vmcs) != ActivityState.HLT
        || (vmcs.get(VmcsField.GUEST_SS_ACCESS_RIGHTS) >>> DPL_SHIFT & DPL) == 0;
  }

  /** Active in a shadow. */
  static boolean activeInShadow(Vmcs vmcs) {
    return (interruptibility(vmcs) & SHADOWS) == 0 || activityOf(vmcs) == ActivityState.ACTIVE;
  }

  /** The event to be injected can come in the activity state. */
  static boolean activityForInjection(Vmcs vmcs) {
    InterruptionInformation event = event(vmcs);
    if (!event.valid()) {
      return true;
    }
    int vector = event.vector();
    boolean exception = event.type() == InterruptionType.HARDWARE_EXCEPTION;
    return switch (activityOf(vmcs)) {
      case ACTIVE -> true;
      case HLT ->
          switch (event.type()) {
            case EXTERNAL_INTERRUPT, NMI, OTHER_EVENT -> true;
            case HARDWARE_EXCEPTION -> vector == DEBUG_EXCEPTION || vector == MACHINE_CHECK;
            default -> false;
          };
      case SHUTDOWN ->
          event.type() == InterruptionType.NMI || (exception && vector == MACHINE_CHECK);
      case WAIT_FOR_SIPI -> false;
    };
  }

  /** Reserved bits of the interruptibility state; there is no enclave here and no SMM. */
  static boolean interruptibilityBits(Vmcs vmcs) {
    int zero =
        Interruptibility.RESERVED
            | Interruptibility.ENCLAVE_INTERRUPTION
            | Interruptibility.BLOCKING_BY_SMI;
    return (interruptibility(vmcs) & zero) == 0;
  }

  /** Not both shadows. */
  static boolean oneShadow(Vmcs vmcs) {
    return (interruptibility(vmcs) & SHADOWS) != SHADOWS;
  }

  /** A shadow of STI only with IF=1. */
  static boolean shadowOfSti(Vmcs vmcs) {
    return (interruptibility(vmcs) & Interruptibility.BLOCKING_BY_STI) == 0 || interruptFlag(vmcs);
  }

  /** No shadow where an external interrupt is injected. */
  static boolean shadowsForInterrupt(Vmcs vmcs) {
    return !injects(vmcs, InterruptionType.EXTERNAL_INTERRUPT)
        || (interruptibility(vmcs) & SHADOWS) == 0;
  }

  /** No shadow of MOV SS where an NMI is injected. */
  static boolean movSsForNmi(Vmcs vmcs) {
    return !injects(vmcs, InterruptionType.NMI)
        || (interruptibility(vmcs) & Interruptibility.BLOCKING_BY_MOV_SS) == 0;
  }

  /** No virtual-NMI blocking where an NMI is injected. */
  static boolean virtualNmiBlockingForNmi(Vmcs vmcs) {
    return !injects(vmcs, InterruptionType.NMI)
        || !vmcs.has(VmxControl.VIRTUAL_NMIS)
        || (interruptibility(vmcs) & Interruptibility.BLOCKING_BY_NMI) == 0;
  }

  /** No shadow of STI where an NMI is injected. */
  static boolean stiForNmi(Vmcs vmcs) {
    return !injects(vmcs, InterruptionType.NMI)
        || (interruptibility(vmcs) & Interruptibility.BLOCKING_BY_STI) == 0;
  }

  /** Reserved bits of the pending debug exceptions. */
  static boolean pendingDebugBits(Vmcs vmcs) {
    return (vmcs.get(VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS) & DEBUG_RESERVED) == 0;
  }

  /** In a shadow or in HLT a single step is pending exactly if TF is 1. */
  static boolean pendingSingleStep(Vmcs vmcs) {
    if ((interruptibility(vmcs) & SHADOWS) == 0 && activityOf(vmcs) != ActivityState.HLT) {
      return true;
    }
    boolean pending = (vmcs.get(VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS) & DEBUG_BS) != 0;
    return pending == ((vmcs.get(VmcsField.GUEST_RFLAGS) & Rflags.TF) != 0);
  }

  /** The VMCS link pointer is all ones or points to a region of this processor's format. */
  static boolean linkPointer(Vmcs vmcs, VmxWorld world) {
    long pointer = vmcs.get(VmcsField.VMCS_LINK_POINTER);
    return pointer == NO_POINTER
        || (Addresses.page(pointer)
            && (world.read(pointer, Integer.BYTES) & REVISION_AND_SHADOW)
                == CapabilityMsrs.REVISION);
  }

  private static boolean interruptFlag(Vmcs vmcs) {
    return (vmcs.get(VmcsField.GUEST_RFLAGS) & Rflags.IF) != 0;
  }

  private static int interruptibility(Vmcs vmcs) {
    return (int) vmcs.get(VmcsField.GUEST_INTERRUPTIBILITY_STATE);
  }

  private static ActivityState activityOf(Vmcs vmcs) {
    return ActivityState.of(vmcs.get(VmcsField.GUEST_ACTIVITY_STATE));
  }

  private static InterruptionInformation event(Vmcs vmcs) {
    return InterruptionInformation.of((int) vmcs.get(VmcsField.ENTRY_INTERRUPTION_INFORMATION));
  }

  private static boolean injects(Vmcs vmcs, InterruptionType type) {
    InterruptionInformation event = event(vmcs);
    return event.valid() && event.type() == type;
  }
}
