package io.apictck.model.processor;

import io.apictck.platform.Event;
import java.util.List;

/**
 * What a processor decides without a look at its state (Intel SDM Vol. 3A, "Interrupt and Exception
 * Handling"): the right answers, for faulty processors to override.
 *
 * <p>Where the manual leaves the answer open, {@link Processor} says what was chosen.
 */
abstract class ProcessorDecisions {
  /**
   * What is recognized first when several signals are recognizable at one boundary; asked at reset.
   */
  protected List<Signal> priority() {
    return List.of(
        Signal.SMI, Signal.INIT, Signal.TRAP, Signal.NMI, Signal.INTERRUPT, Signal.USER_INTERRUPT);
  }

  /** Whether a start-up IPI starts the processor. */
  protected boolean acceptsStartUp(boolean waiting) {
    return waiting;
  }

  /** Whether STI makes a shadow. */
  protected boolean stiMakesShadow(boolean interruptFlagWas) {
    return !interruptFlagWas;
  }

  /** Whether MOV SS makes a shadow; {@code inShadow}: it stands in one itself. */
  protected boolean movSsMakesShadow(boolean inShadow) {
    return !inShadow;
  }

  /** Whether LSS makes a shadow. */
  protected boolean lssMakesShadow() {
    return false;
  }

  /** Whether entering a handler blocks NMI. */
  protected boolean blocksNmi(int vector, Event.Kind kind) {
    return kind == Event.Kind.NMI;
  }

  /** Whether IRET ends NMI blocking; {@code faulting}: it cannot return. */
  protected boolean iretUnblocksNmi(boolean faulting) {
    return true;
  }

  /** Whether an interrupt between iterations of a repeated instruction saves RF as 1. */
  protected boolean iterationsSetResumeFlag() {
    return true;
  }

  /** Whether RSM goes back into HLT. */
  protected boolean rsmRestartsHalt() {
    return true;
  }

  /** Whether user interrupts and their notifications end UMWAIT and TPAUSE. */
  protected boolean userInterruptsEndWaits() {
    return true;
  }

  /** Whether user interrupts and their notifications abort a transaction. */
  protected boolean userInterruptsAbortTransactions() {
    return true;
  }

  /** Whether UIRET clears the monitor. */
  protected boolean uiretClearsMonitor() {
    return true;
  }

  /** Whether MWAIT with bit 0 of its extensions ends with a pending interrupt that IF=0 masks. */
  protected boolean maskedInterruptEndsMwait() {
    return true;
  }
}
