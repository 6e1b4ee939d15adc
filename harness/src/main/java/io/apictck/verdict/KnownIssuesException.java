package io.apictck.verdict;

import java.io.Serial;

/** A file of known issues cannot be read or has a bad line. */
public final class KnownIssuesException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  KnownIssuesException(String message) {
    super(message);
  }

  KnownIssuesException(String message, Throwable cause) {
    super(message, cause);
  }
}
