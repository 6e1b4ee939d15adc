package io.apictck.model.wiring;

import java.util.ArrayList;
import java.util.List;

/** A world of one interrupt source, whose time goes where the source wants to be advanced. */
final class SourceBench implements SourceWorld {
  final List<Long> rises = new ArrayList<>();
  boolean high;
  private long now;
  private long due = Long.MAX_VALUE;

  /** Lets time pass; {@code advance} is called whenever the source asked for it. */
  void elapse(long nanos, Runnable advance) {
    long end = now + nanos;
    while (due <= end) {
      now = due;
      advance.run();
    }
    now = end;
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void output(boolean asserted) {
    high = asserted;
    if (asserted) {
      rises.add(now);
    }
  }

  @Override
  public void due(long nanos) {
    due = nanos;
  }
}
