package io.apictck.junit;

import java.io.Serial;

/** What went wrong before the test began; the cause decides about the verdict. */
final class PreparationException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Throwable problem;

  PreparationException(Throwable problem) {
    super("while preparing the machine: " + problem.getMessage(), problem);
    this.problem = problem;
  }

  Throwable problem() {
    return problem;
  }
}
