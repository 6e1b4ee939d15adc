package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.ExitReason;
import org.jspecify.annotations.Nullable;

/**
 * What came of an access that may be virtualized.
 *
 * @param kind what came of it
 * @param value what a read gives, if it was virtualized
 * @param reason of the VM exit, if there is one
 * @param qualification of that VM exit
 */
public record ApicOutcome(Kind kind, long value, @Nullable ExitReason reason, long qualification) {
  /** What came of an access. */
  public enum Kind {
    /** It is not virtualized: it goes on as if there were no virtualization. */
    PASSED,
    /** It is done. */
    DONE,
    /** It faults with #GP(0); nothing was stored. */
    FAULT,
    /** A VM exit before the instruction: fault-like, RIP stays. */
    EXIT,
    /** A VM exit behind the instruction: trap-like. */
    TRAP_EXIT
  }

  /** It is not virtualized. */
  public static final ApicOutcome PASSED = new ApicOutcome(Kind.PASSED, 0, null, 0);

  /** It is done. */
  public static final ApicOutcome DONE = new ApicOutcome(Kind.DONE, 0, null, 0);

  /** #GP(0). */
  public static final ApicOutcome FAULT = new ApicOutcome(Kind.FAULT, 0, null, 0);

  /** A virtualized read. */
  public static ApicOutcome value(long value) {
    return new ApicOutcome(Kind.DONE, value, null, 0);
  }

  /** A VM exit before the instruction. */
  public static ApicOutcome exit(ExitReason reason, long qualification) {
    return new ApicOutcome(Kind.EXIT, 0, reason, qualification);
  }

  /** A VM exit behind the instruction. */
  public static ApicOutcome trapExit(ExitReason reason, long qualification) {
    return new ApicOutcome(Kind.TRAP_EXIT, 0, reason, qualification);
  }
}
