package io.apictck.model.lapic;

import java.util.Arrays;

/** When something is due for each of several devices, and for which one first. */
public final class DueTimes {
  private final long[] nanos;
  private int first;

  /** Nothing is due for any of {@code count} devices. */
  public DueTimes(int count) {
    nanos = new long[count];
    clear();
  }

  /** Nothing is due any more. */
  public void clear() {
    Arrays.fill(nanos, Long.MAX_VALUE);
    first = 0;
  }

  /** Sets when something is due, {@link Long#MAX_VALUE} for never. */
  public void set(int index, long due) {
    long before = nanos[index];
    nanos[index] = due;
    if (due < nanos[first]) {
      first = index;
    } else if (index == first && due > before) {
      findFirst();
    }
  }

  private void findFirst() {
    for (int i = 0; i < nanos.length; i++) {
      if (nanos[i] < nanos[first]) {
        first = i;
      }
    }
  }

  /** When something is due first, {@link Long#MAX_VALUE} for never. */
  public long next() {
    return nanos[first];
  }

  /** For which device something is due first. */
  public int first() {
    return first;
  }
}
