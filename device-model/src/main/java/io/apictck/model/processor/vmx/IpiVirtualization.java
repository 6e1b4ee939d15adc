package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.PidPointer;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VirtualApicPage;

/**
 * IPI virtualization: an IPI is posted to the descriptor of the virtual processor it is for (Intel
 * SDM Vol. 3C, "IPI Virtualization").
 *
 * <p>Open points, decided: a notification vector below 16 goes to the physical local APIC, which
 * treats it as any illegal vector.
 */
final class IpiVirtualization {
  private final VmxWorld world;
  private final ApicControls controls;
  private final ApicVirtualizationDecisions decisions;

  IpiVirtualization(VmxWorld world, ApicControls controls, ApicVirtualizationDecisions decisions) {
    this.world = world;
    this.controls = controls;
    this.decisions = decisions;
  }

  /** A command with its destination that is not a self IPI; the virtual-APIC page holds it. */
  ApicOutcome command(int vicr, int virtualApicId) {
    return controls.ipis && decisions.isVirtualIpi(vicr)
        ? send(vicr & 0xFF, virtualApicId)
        : exit();
  }

  /** IPI virtualization with a vector and a virtual APIC ID. */
  ApicOutcome send(int vector, int virtualApicId) {
    if (!decisions.isLegal(vector)
        || !decisions.isInTable(virtualApicId, controls.lastPidPointer)) {
      return exit();
    }
    long pointer =
        world.read(
            controls.pidPointers + Integer.toUnsignedLong(virtualApicId) * PidPointer.SIZE,
            PidPointer.SIZE);
    if (!decisions.isUsable(pointer)) {
      return exit();
    }
    post(pointer & -PostedInterruptDescriptor.SIZE, vector);
    return ApicOutcome.DONE;
  }

  /** Leaves the command to the monitor. */
  ApicOutcome exit() {
    return ApicOutcome.trapExit(ExitReason.APIC_WRITE, VirtualApicPage.VICR_LO);
  }

  private void post(long descriptor, int vector) {
    long requests = descriptor + PostedInterruptDescriptor.PIR + (vector >>> 6) * (long) Long.BYTES;
    world.write(requests, Long.BYTES, world.read(requests, Long.BYTES) | 1L << vector);
    long at = descriptor + PostedInterruptDescriptor.CONTROL;
    long control = world.read(at, Long.BYTES);
    if (decisions.notifies(control)) {
      world.write(at, Long.BYTES, control | PostedInterruptDescriptor.ON);
      world.sendIpi(
          (int) (control >>> PostedInterruptDescriptor.NV_SHIFT) & 0xFF,
          decisions.notificationDestination(control, world.x2apic()));
    }
  }
}
