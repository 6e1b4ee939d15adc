package io.apictck.reports.timeline;

import java.util.function.Supplier;

/**
 * A row of a timeline.
 *
 * @param nanos time
 * @param lane processor index, {@link #DEVICES} or {@link #ALL}
 * @param kind what it shows
 * @param badge a word in a coloured field; may be empty
 * @param words makes the rest, when it is drawn
 * @param change what it does to the stack of contexts of its processor
 */
record Row(long nanos, int lane, Kind kind, String badge, Supplier<String> words, Change change) {
  /** The lane of lines and devices. */
  static final int DEVICES = -1;

  /** No lane: all of them. */
  static final int ALL = -2;

  /** What rows show. */
  enum Kind {
    ACTION,
    STIMULUS,
    EXTERNAL,
    NMI,
    SOFTWARE,
    SMI,
    USER,
    TRAP,
    FAULT,
    START,
    RESET,
    TIME,
    NOTE,
    GAP,
    ENDED
  }

  /** Changes of a stack of contexts, and of the privilege level of the current one. */
  enum Change {
    NONE,
    ENTER,
    LEAVE,
    CLEAR,
    TO_USER,
    TO_KERNEL
  }

  static Row of(long nanos, int lane, Kind kind, String badge, String text) {
    return of(nanos, lane, kind, badge, text, Change.NONE);
  }

  static Row of(long nanos, int lane, Kind kind, String badge, String text, Change change) {
    return new Row(nanos, lane, kind, badge, () -> text, change);
  }

  /** What stands beside the badge. */
  String text() {
    return words.get();
  }
}
