package io.apictck.reports.run;

/**
 * A command cannot do what it is asked to. The message says in one sentence what, where and how to
 * mend it.
 */
public final class CannotRunException extends RuntimeException {
  /** With the sentence. */
  public CannotRunException(String message) {
    super(message);
  }

  /** With the sentence and what led to it. */
  public CannotRunException(String message, Throwable cause) {
    super(message, cause);
  }
}
