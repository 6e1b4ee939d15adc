package io.apictck.model.processor;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.processor.vmx.Vmcs;
import java.util.List;

/**
 * What a processor decides in VMX operation without a look at its state (Intel SDM Vol. 3C, "VMX
 * Non-Root Operation", "VM Exits"): the right answers, for faulty processors to override.
 *
 * <p>Where the manual leaves the answer open, this was chosen: external-interrupt exits do not wait
 * for the end of a shadow; NMI exits and NMI windows wait for the end of both.
 */
public class VmxDecisions {
  /** What is taken first when several events can be taken at one boundary of a guest. */
  protected List<Boundary> priority() {
    return List.of(Boundary.values());
  }

  /** Whether external interrupts exit. */
  protected boolean externalInterruptExits(Vmcs vmcs, boolean interruptFlag) {
    return vmcs.has(VmxControl.EXTERNAL_INTERRUPT_EXITING);
  }

  /** Whether an external-interrupt exit waits for the end of a shadow. */
  protected boolean shadowDelaysExternalInterruptExit() {
    return false;
  }

  /** Whether the interrupt of an external-interrupt exit is acknowledged. */
  protected boolean acknowledges(Vmcs vmcs) {
    return vmcs.has(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
  }

  /** Whether an NMI exits. */
  protected boolean nmiExits(Vmcs vmcs) {
    return vmcs.has(VmxControl.NMI_EXITING);
  }

  /** Whether NMI is blocked after a VM exit for another reason than an NMI. */
  protected boolean nmiBlockedAfterExit(boolean blocked, ExitReason reason, boolean forNmi) {
    return blocked || forNmi;
  }

  /** Whether the interrupt window is open; {@code shadow}: of STI or MOV SS. */
  protected boolean interruptWindowOpen(boolean interruptFlag, boolean shadow) {
    return interruptFlag && !shadow;
  }

  /** Whether the NMI window is open. */
  protected boolean nmiWindowOpen(boolean blocked, boolean stiShadow, boolean movSsShadow) {
    return !blocked && !stiShadow && !movSsShadow;
  }

  /** Whether an event can come in an activity state; it wakes the guest. */
  protected boolean wakes(Boundary event, Activity activity) {
    return switch (activity) {
      case ACTIVE, HALTED, WAITING -> true;
      case SHUT_DOWN ->
          switch (event) {
            case SMI, INIT, MONITOR_TRAP, NMI_WINDOW, NMI -> true;
            case TRAP, INTERRUPT_WINDOW, VIRTUAL_INTERRUPT, INTERRUPT, USER_INTERRUPT -> false;
          };
      case WAIT_FOR_SIPI -> false;
    };
  }

  /** Whether MWAIT that waits for masked interrupts too is passed without waiting. */
  protected boolean mwaitPasses(Vmcs vmcs, boolean virtualInterrupt) {
    return vmcs.has(VmxControl.INTERRUPT_WINDOW_EXITING) || virtualInterrupt;
  }

  /** Whether an access to an MSR exits; {@code exits}: what the bitmap says. */
  protected boolean msrExits(boolean exits, int msr, boolean write) {
    return exits;
  }

  /** Whether an exception of the guest exits. */
  protected boolean exceptionExits(long bitmap, int vector) {
    return (bitmap >>> vector & 1) != 0;
  }

  /** Whether IRET ends the NMI blocking that counts in a guest. */
  protected boolean iretUnblocksNmi(Vmcs vmcs) {
    return vmcs.has(VmxControl.VIRTUAL_NMIS) || !vmcs.has(VmxControl.NMI_EXITING);
  }

  /** Whether the shadow of MOV SS makes VM entries fail. */
  protected boolean movSsBlocksEntry() {
    return true;
  }

  /** Whether INIT waits as long as the processor is in VMX root operation. */
  protected boolean rootBlocksInit() {
    return true;
  }

  /** The field for event injection after a VM exit. */
  protected int injectionAfterExit(int field) {
    return field & ~InterruptionInformation.VALID;
  }

  /** The activity state that a VM exit saves. */
  protected Activity savedActivity(Activity activity) {
    return activity;
  }

  /** Whether delivering an event makes a pending MTF VM exit where "monitor trap flag" is 1. */
  protected boolean deliveryMakesMonitorTrap() {
    return true;
  }
}
