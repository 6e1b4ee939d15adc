package io.apictck.platform;

import java.io.Serial;

/** A platform cannot offer the machine that a test wants. */
public final class UnsupportedRequestException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** With one sentence that says what and where. */
  public UnsupportedRequestException(String message) {
    super(message);
  }

  /** With one sentence that says what and where, and what led to it. */
  public UnsupportedRequestException(String message, Throwable cause) {
    super(message, cause);
  }
}
