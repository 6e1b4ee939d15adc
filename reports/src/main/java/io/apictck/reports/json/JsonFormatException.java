package io.apictck.reports.json;

/**
 * A file is not what it should be. The message is a sentence that says what, where and how to mend
 * it.
 */
public final class JsonFormatException extends RuntimeException {
  /** With the sentence. */
  public JsonFormatException(String message) {
    super(message);
  }

  /** With the sentence and what led to it. */
  public JsonFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
