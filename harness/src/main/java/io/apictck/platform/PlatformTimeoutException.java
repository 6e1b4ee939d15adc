package io.apictck.platform;

import java.io.Serial;

/** A machine did not answer in time; it is given up. */
public final class PlatformTimeoutException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** With one sentence that says what and where. */
  public PlatformTimeoutException(String message) {
    super(message);
  }
}
