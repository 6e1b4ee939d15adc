package io.apictck.trace;

import io.apictck.platform.Action;
import io.apictck.platform.Event;

/** One line of a {@link Trace}. */
public sealed interface TraceEntry {
  /** The platform's time in nanoseconds. */
  long nanos();

  /**
   * The test did something.
   *
   * @param nanos time before the action
   * @param action what it did
   */
  record Did(long nanos, Action action) implements TraceEntry {}

  /**
   * The machine showed something.
   *
   * @param nanos time after the action that led to it
   * @param event what it showed
   */
  record Saw(long nanos, Event event) implements TraceEntry {}

  /**
   * The test noted something: an observation, the case of a sweep.
   *
   * @param nanos time
   * @param text what it noted
   */
  record Note(long nanos, String text) implements TraceEntry {}
}
