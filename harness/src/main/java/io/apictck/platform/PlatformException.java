package io.apictck.platform;

import java.io.Serial;

/** A machine died, or cannot be opened or talked to. */
public final class PlatformException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** With one sentence that says what and where. */
  public PlatformException(String message) {
    super(message);
  }

  /** With one sentence that says what and where, and what led to it. */
  public PlatformException(String message, Throwable cause) {
    super(message, cause);
  }
}
