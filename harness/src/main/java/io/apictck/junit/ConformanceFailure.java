package io.apictck.junit;

import java.io.Serial;

/** How JUnit sees a test with the verdict FAIL, ERROR, TIMEOUT or CRASH. */
final class ConformanceFailure extends AssertionError {
  @Serial private static final long serialVersionUID = 1;

  ConformanceFailure(String message, Throwable cause) {
    super(message, cause);
    setStackTrace(cause.getStackTrace());
  }
}
