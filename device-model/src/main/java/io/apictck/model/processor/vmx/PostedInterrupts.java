package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VirtualApicPage;

/** Posted-interrupt processing (Intel SDM Vol. 3C, "Posted-Interrupt Processing"). */
final class PostedInterrupts {
  private static final int QUADWORDS = 4;

  private final VmxWorld world;
  private final ApicControls controls;
  private final VirtualApicRegisters registers;
  private final VirtualInterrupts interrupts;
  private final ApicVirtualizationDecisions decisions;

  PostedInterrupts(
      VmxWorld world,
      ApicControls controls,
      VirtualApicRegisters registers,
      VirtualInterrupts interrupts,
      ApicVirtualizationDecisions decisions) {
    this.world = world;
    this.controls = controls;
    this.registers = registers;
    this.interrupts = interrupts;
    this.decisions = decisions;
  }

  /** Processes them if a physical interrupt is the notification. */
  boolean notified(int vector) {
    if (!controls.postedInterrupts
        || !decisions.isNotification(vector, controls.notificationVector)) {
      return false;
    }
    long control = controls.descriptor + PostedInterruptDescriptor.CONTROL;
    world.write(control, Long.BYTES, decisions.processed(world.read(control, Long.BYTES)));
    if (decisions.endsNotification()) {
      world.endOfInterrupt();
    }
    for (int quadword = 0; quadword < QUADWORDS; quadword++) {
      accept(quadword);
    }
    interrupts.evaluate();
    return true;
  }

  private void accept(int quadword) {
    long at = controls.descriptor + PostedInterruptDescriptor.PIR + quadword * (long) Long.BYTES;
    long requests = world.read(at, Long.BYTES);
    if (requests != 0) {
      if (decisions.clearsRequests()) {
        world.write(at, Long.BYTES, 0);
      }
      int first = quadword * Long.SIZE;
      registers.addAll(VirtualApicPage.VIRR, first, (int) requests);
      registers.addAll(
          VirtualApicPage.VIRR, first + Integer.SIZE, (int) (requests >>> Integer.SIZE));
      interrupts.raise(first + Long.SIZE - 1 - Long.numberOfLeadingZeros(requests));
    }
  }
}
