package io.apictck.junit;

import java.io.Serial;
import org.opentest4j.TestAbortedException;

/** A test needs what the implementation or the platform lacks. */
final class NotApplicableException extends TestAbortedException {
  @Serial private static final long serialVersionUID = 1;

  /** With the predicate that failed. */
  NotApplicableException(String message) {
    super(message);
  }
}
