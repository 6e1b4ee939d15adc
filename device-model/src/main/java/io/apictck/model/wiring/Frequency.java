package io.apictck.model.wiring;

/**
 * A clock of a whole number of ticks a second: converts times without drift.
 *
 * @param hertz ticks a second, below 9 million
 */
record Frequency(long hertz) {
  private static final long SECOND = 1_000_000_000;

  /** How many ticks there were until a time. */
  long ticksAt(long nanos) {
    return nanos / SECOND * hertz + nanos % SECOND * hertz / SECOND;
  }

  /** The first nanosecond at which there were so many ticks. */
  long nanosOf(long ticks) {
    return ticks / hertz * SECOND + Math.ceilDiv(ticks % hertz * SECOND, hertz);
  }
}
