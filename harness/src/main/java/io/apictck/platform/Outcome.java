package io.apictck.platform;

import java.util.List;

/**
 * What an action led to.
 *
 * @param events the events that became visible, in order
 * @param nanos the platform's time after the action, in nanoseconds since it was opened or last
 *     reset
 */
public record Outcome(List<Event> events, long nanos) {
  /** Takes a copy of the list. */
  public Outcome {
    events = List.copyOf(events);
  }
}
