package io.apictck.junit;

import java.io.Serial;
import java.time.Duration;

/** A platform did not answer within the wall-clock bound of a test: verdict TIMEOUT. */
final class TimeLimitException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  TimeLimitException(Duration limit) {
    super("the platform did not answer within " + seconds(limit) + " s: it is abandoned");
  }

  private static String seconds(Duration limit) {
    return limit.toMillis() % 1000 == 0
        ? Long.toString(limit.toSeconds())
        : Double.toString(limit.toMillis() / 1000.0);
  }
}
