package io.apictck.model.processor;

import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.model.processor.vmx.Vmcs;

/**
 * Saving guest state at VM exits (Intel SDM Vol. 3C, "Saving Control Registers, Debug Registers,
 * and MSRs", "Saving RIP, RSP, RFLAGS, and SSP", "Saving Non-Register State").
 */
@SuppressWarnings("EnumOrdinal") // the ordinals are the numbers of the manual
final class GuestStateSaver {
  private static final long SINGLE_STEP = 1 << 14;
  private static final int DPL_SHIFT = 5;
  private static final long DPL = 3 << DPL_SHIFT;

  private GuestStateSaver() {}

  static void save(
      Processor processor, VmcsRegion region, VmxDecisions decisions, boolean virtualNmiBlocked) {
    Vmcs vmcs = region.data();
    vmcs.set(VmcsField.GUEST_RIP, region.guest().rip());
    vmcs.set(VmcsField.GUEST_RSP, region.guest().rsp());
    vmcs.set(VmcsField.GUEST_RFLAGS, processor.rflags());
    ControlRegisters registers = processor.controlRegisters();
    vmcs.set(VmcsField.GUEST_CR0, registers.get(0));
    vmcs.set(VmcsField.GUEST_CR3, registers.get(3));
    vmcs.set(VmcsField.GUEST_CR4, registers.get(4));
    savePrivilege(vmcs, VmcsField.GUEST_SS_ACCESS_RIGHTS, processor.cpl());
    savePrivilege(vmcs, VmcsField.GUEST_CS_ACCESS_RIGHTS, processor.cpl());
    boolean nmiBlocked =
        region.controls().virtualNmis() ? virtualNmiBlocked : processor.nmiBlocked();
    vmcs.set(
        VmcsField.GUEST_INTERRUPTIBILITY_STATE,
        (processor.stiShadow() ? Interruptibility.BLOCKING_BY_STI : 0)
            | (processor.movSsShadow() ? Interruptibility.BLOCKING_BY_MOV_SS : 0)
            | (nmiBlocked ? Interruptibility.BLOCKING_BY_NMI : 0));
    vmcs.set(
        VmcsField.GUEST_ACTIVITY_STATE,
        state(decisions.savedActivity(processor.activity())).ordinal());
    vmcs.set(
        VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS,
        processor.isPending(Signal.TRAP) ? SINGLE_STEP : 0);
    if (processor.vmx().savesUinv()) {
      vmcs.set(VmcsField.GUEST_UINV, processor.userInterrupts().interrupts().uinv());
    }
  }

  private static void savePrivilege(Vmcs vmcs, VmcsField accessRights, int cpl) {
    vmcs.set(accessRights, (vmcs.get(accessRights) & ~DPL) | (long) cpl << DPL_SHIFT);
  }

  /** There is no value for MWAIT. */
  private static ActivityState state(Activity activity) {
    return switch (activity) {
      case ACTIVE, WAITING -> ActivityState.ACTIVE;
      case HALTED -> ActivityState.HLT;
      case SHUT_DOWN -> ActivityState.SHUTDOWN;
      case WAIT_FOR_SIPI -> ActivityState.WAIT_FOR_SIPI;
    };
  }
}
