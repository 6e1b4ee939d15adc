package io.apictck.machine;

/**
 * What a test does when an interrupt is taken that it does not wait for one by one. It must end
 * with {@link Cpu#iret()}.
 */
@FunctionalInterface
public interface InterruptHandler {
  /** Ends the interrupt in the local APIC and returns. */
  InterruptHandler END_OF_INTERRUPT = (cpu, frame) -> cpu.finishInterrupt();

  /**
   * Returns without end of interrupt: for NMI, traps, software and external-controller interrupts.
   */
  InterruptHandler RETURN = (cpu, frame) -> cpu.iret();

  /** Handles one interrupt; the processor is in its handler context. */
  void handle(Cpu cpu, InterruptFrame frame);
}
