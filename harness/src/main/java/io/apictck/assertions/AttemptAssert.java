package io.apictck.assertions;

import io.apictck.arch.Exceptions;
import io.apictck.machine.Attempt;

/** About a block that may fault. */
public final class AttemptAssert extends ConformanceAssert<AttemptAssert, Attempt> {
  AttemptAssert(Attempt actual) {
    super(actual, AttemptAssert.class);
  }

  /** It raised #GP(0). */
  public AttemptAssert raisesGeneralProtection() {
    return raises(Exceptions.GP, 0);
  }

  /** It raised an exception, with this error code (0 if it has none). */
  public AttemptAssert raises(int vector, int errorCode) {
    return check(
        actual instanceof Attempt.Failed failed
            && failed.vector() == vector
            && failed.errorCode() == errorCode,
        () -> AttemptText.expected(actual, AttemptText.exception(vector, errorCode)));
  }

  /** It raised an exception, with any error code. */
  public AttemptAssert raises(int vector) {
    return check(
        actual instanceof Attempt.Failed failed && failed.vector() == vector,
        () -> AttemptText.expected(actual, AttemptText.exception(vector)));
  }

  /** The exception came from this instruction of the block, from 0. */
  public AttemptAssert atInstruction(int index) {
    return check(
        actual instanceof Attempt.Failed failed && failed.index() == index,
        () -> AttemptText.expected(actual, "an exception of instruction " + index));
  }

  /** It ran to its end. */
  public AttemptAssert succeeds() {
    return check(
        actual instanceof Attempt.Succeeded, () -> AttemptText.expected(actual, "no exception"));
  }
}
