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
 * @param interrupted where IRET or RSM will go on
 * @param rflags RFLAGS as saved
 */
public record InterruptFrame(Cpu cpu, int vector, Cause cause, Place interrupted, long rflags) {
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
    TRAP;

    static Cause of(Event.Kind kind) {
      return switch (kind) {
        case EXTERNAL -> EXTERNAL;
        case NMI -> NMI;
        case SOFTWARE -> SOFTWARE;
        case SMI -> SMI;
      };
    }
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
        };
    return what + " on CPU " + cpu.index();
  }
}
