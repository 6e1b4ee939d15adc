package io.apictck.machine;

import java.io.Serial;

/**
 * The platform broke a rule of {@link io.apictck.platform.Platform}: verdict ERROR, the adapter is
 * to blame and not the test.
 */
public final class PlatformContractException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  PlatformContractException(String message) {
    super(message);
  }
}
