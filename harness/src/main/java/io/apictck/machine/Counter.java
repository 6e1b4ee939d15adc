package io.apictck.machine;

import java.util.ArrayList;
import java.util.List;

/** Counts the interrupts that an automatic handler took. */
public final class Counter {
  private final List<InterruptFrame> frames = new ArrayList<>();

  void add(InterruptFrame frame) {
    frames.add(frame);
  }

  /** How many were taken. */
  public int count() {
    return frames.size();
  }

  /** What was taken, in order. */
  public List<InterruptFrame> frames() {
    return List.copyOf(frames);
  }

  /** The vectors taken, in order. */
  public List<Integer> vectors() {
    return frames.stream().map(InterruptFrame::vector).toList();
  }

  /** Starts from zero again. */
  public void clear() {
    frames.clear();
  }
}
