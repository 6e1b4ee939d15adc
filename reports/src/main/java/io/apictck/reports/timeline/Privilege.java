package io.apictck.reports.timeline;

import io.apictck.reports.timeline.Row.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** When a processor was in user mode. */
final class Privilege {
  private static final int KERNEL = -1;

  private final Deque<Boolean> interrupted = new ArrayDeque<>();
  private final List<Span> spans = new ArrayList<>();
  private int since = KERNEL;

  /** A stretch of user mode. */
  record Span(int top, int bottom) {}

  /** A row at a height changes it. */
  void change(Row row, int height) {
    switch (row.change()) {
      case ENTER -> {
        interrupted.push(since != KERNEL);
        // user interrupts alone stay in user mode
        if (row.kind() != Kind.USER) {
          set(false, height);
        }
      }
      case LEAVE -> {
        if (!interrupted.isEmpty()) {
          set(interrupted.pop(), height);
        }
      }
      case CLEAR -> {
        interrupted.clear();
        set(false, height);
      }
      case TO_USER -> set(true, height);
      case TO_KERNEL -> set(false, height);
      case NONE -> {}
    }
  }

  private void set(boolean user, int height) {
    if (user && since == KERNEL) {
      since = height;
    } else if (!user && since != KERNEL) {
      spans.add(new Span(since, height));
      since = KERNEL;
    }
  }

  /** All stretches, the last one up to a height. */
  List<Span> until(int height) {
    set(false, height);
    return spans;
  }
}
