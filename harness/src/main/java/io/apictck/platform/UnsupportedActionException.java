package io.apictck.platform;

import java.io.Serial;

/** A platform does not offer a stimulus. */
public final class UnsupportedActionException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** With one sentence that says what and where. */
  public UnsupportedActionException(String message) {
    super(message);
  }

  /** With one sentence that says what and where, and what led to it. */
  public UnsupportedActionException(String message, Throwable cause) {
    super(message, cause);
  }
}
