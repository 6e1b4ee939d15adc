package io.apictck.target;

import java.io.Serial;

/** A target is written wrongly, unknown, or cannot be used on this computer. */
public final class TargetException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** With one sentence that says what is wrong and what to write instead. */
  public TargetException(String message) {
    super(message);
  }
}
