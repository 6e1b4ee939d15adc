package io.apictck.machine;

import java.io.Serial;

/**
 * The platform threw something that its contract does not provide for, or said that the machine
 * died: verdict CRASH.
 */
public final class PlatformCrashedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  PlatformCrashedException(String message, Throwable cause) {
    super(message, cause);
  }
}
