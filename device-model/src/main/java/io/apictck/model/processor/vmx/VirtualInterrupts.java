package io.apictck.model.processor.vmx;

import static io.apictck.arch.vmx.VirtualApicPage.VIRR;
import static io.apictck.arch.vmx.VirtualApicPage.VISR;
import static io.apictck.arch.vmx.VirtualApicPage.VPPR;
import static io.apictck.arch.vmx.VirtualApicPage.VTPR;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;

/**
 * RVI and SVI, and what changes them (Intel SDM Vol. 3C, "TPR Virtualization" to "Self-IPI
 * Virtualization", "Evaluation and Delivery of Virtual Interrupts").
 *
 * <p>Open points, decided: VPPR is read from the virtual-APIC page when pending virtual interrupts
 * are evaluated.
 */
final class VirtualInterrupts {
  private static final int BYTE = 0xFF;

  private final VmxWorld world;
  private final ApicControls controls;
  private final VirtualApicRegisters registers;
  private final ApicVirtualizationDecisions decisions;
  private int rvi;
  private int svi;
  private boolean recognized;

  VirtualInterrupts(
      VmxWorld world,
      ApicControls controls,
      VirtualApicRegisters registers,
      ApicVirtualizationDecisions decisions) {
    this.world = world;
    this.controls = controls;
    this.registers = registers;
    this.decisions = decisions;
  }

  /** VM entry. */
  void load(Vmcs vmcs) {
    if (controls.interruptDelivery) {
      int status = (int) vmcs.get(VmcsField.GUEST_INTERRUPT_STATUS);
      rvi = status & BYTE;
      svi = status >>> 8;
      virtualizeProcessorPriority();
      evaluate();
    }
  }

  /** VM exit. */
  void save(Vmcs vmcs) {
    if (controls.interruptDelivery) {
      vmcs.set(VmcsField.GUEST_INTERRUPT_STATUS, svi << 8 | rvi);
    }
    recognize(false);
  }

  /** RESET: nothing is recognized, and no one has to look again. */
  void reset() {
    recognized = false;
  }

  boolean recognized() {
    return recognized;
  }

  /** TPR virtualization. */
  ApicOutcome virtualizeTaskPriority() {
    if (decisions.thresholdCounts(controls.interruptDelivery) && isBelowThreshold()) {
      return ApicOutcome.trapExit(ExitReason.TPR_BELOW_THRESHOLD, 0);
    }
    if (controls.interruptDelivery) {
      virtualizeProcessorPriority();
      evaluate();
    }
    return ApicOutcome.DONE;
  }

  boolean isBelowThreshold() {
    return decisions.belowThreshold(registers.get(VTPR), controls.threshold);
  }

  /** EOI virtualization. */
  ApicOutcome endOfInterrupt() {
    int vector = decisions.dismissed(svi);
    leaveService(vector);
    if (decisions.eoiExits(controls.eoiExitBitmaps[vector >>> 6], vector)) {
      return ApicOutcome.trapExit(ExitReason.VIRTUALIZED_EOI, vector);
    }
    evaluate();
    return ApicOutcome.DONE;
  }

  /** Takes a vector out of service. */
  void leaveService(int vector) {
    registers.remove(VISR, vector);
    svi = decisions.serving(registers.highest(VISR));
    virtualizeProcessorPriority();
  }

  /** Self-IPI virtualization. */
  void selfIpi(int vector) {
    registers.add(VIRR, vector);
    raise(vector);
    evaluate();
  }

  /** A vector is requested: RVI. */
  void raise(int vector) {
    rvi = decisions.requesting(rvi, vector);
  }

  /** Delivers the vector in RVI. */
  int deliver() {
    int vector = rvi;
    registers.add(VISR, vector);
    svi = vector;
    registers.set(VPPR, decisions.priorityOfDelivered(vector));
    registers.remove(VIRR, vector);
    rvi = registers.highest(VIRR);
    if (decisions.deliveryEndsRecognition()) {
      recognize(false);
    }
    return vector;
  }

  /** Evaluation of pending virtual interrupts. */
  void evaluate() {
    recognize(decisions.recognizes(rvi, registers.get(VPPR), controls.windowExiting));
  }

  private void virtualizeProcessorPriority() {
    registers.set(VPPR, decisions.processorPriority(registers.get(VTPR), svi));
  }

  private void recognize(boolean now) {
    if (recognized != now) {
      recognized = now;
      world.virtualInterruptChanged();
    }
  }
}
