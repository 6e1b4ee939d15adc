package io.apictck.chip;

import java.io.Serial;

/** A line is not as the protocol has it. */
final class ProtocolException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  ProtocolException(String message) {
    super(message);
  }
}
