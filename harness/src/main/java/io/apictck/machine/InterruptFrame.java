package io.apictck.machine;

import io.apictck.arch.Rflags;
import io.apictck.platform.Event;
import io.apictck.platform.Place;

/**
 * A handler context that a processor entered: what was taken and where it will return to.
 *
 * @param cpu the processor
 * @param vector vector
 * @param cause what made the processor enter it
 * @param interrupted where IRET, RSM or UIRET will go on
 * @param rflags RFLAGS as saved
 * @param address of a user interrupt: where its frame lies; 0 for others
 */
public record InterruptFrame(
    Cpu cpu, int vector, Cause cause, Place interrupted, long rflags, long address) {
  /** What makes a processor enter a handler. */
  public enum Cause {
    /** Maskable interrupt. */
    EXTERNAL,
    /** Non-maskable interrupt. */
    NMI,
    /** INT n. */
    SOFTWARE,
    /** System-management interrupt. */
    SMI,
    /** Single step or breakpoint. */
    TRAP,
    /** User interrupt. */
    USER;

    static Cause of(Event.Kind kind) {
      return switch (kind) {
        case EXTERNAL -> EXTERNAL;
        case NMI -> NMI;
        case SOFTWARE -> SOFTWARE;
        case SMI -> SMI;
      };
    }
  }

  /** One that is not of a user interrupt. */
  InterruptFrame(Cpu cpu, int vector, Cause cause, Place interrupted, long rflags) {
    this(cpu, vector, cause, interrupted, rflags, 0);
  }

  /** Whether maskable interrupts were enabled where it interrupted. */
  public boolean interruptedWithInterruptsEnabled() {
    return (rflags & Rflags.IF) != 0;
  }

  /** As in {@code interrupt 41h on CPU 0}. */
  @Override
  public String toString() {
    String what =
        switch (cause) {
          case EXTERNAL -> "interrupt " + Hex.vector(vector);
          case NMI -> "NMI";
          case SOFTWARE -> "software interrupt " + Hex.vector(vector);
          case SMI -> "SMI";
          case TRAP -> "trap " + vector;
          case USER -> "user interrupt " + vector;
        };
    return what + " on CPU " + cpu.index();
  }
}
