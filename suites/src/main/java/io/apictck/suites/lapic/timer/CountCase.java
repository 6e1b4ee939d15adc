package io.apictck.suites.lapic.timer;

import io.apictck.arch.TimerDivide;
import java.util.ArrayList;
import java.util.List;

/**
 * A divider with an initial count, as a case of a sweep.
 *
 * @param divide the divider
 * @param count the initial count
 */
record CountCase(TimerDivide divide, int count) {
  /** Every divider with every one of the counts. */
  static List<CountCase> of(int... counts) {
    List<CountCase> cases = new ArrayList<>();
    for (TimerDivide divide : TimerDivide.values()) {
      for (int count : counts) {
        cases.add(new CountCase(divide, count));
      }
    }
    return cases;
  }

  /** As in {@code count 100 divided by 16}. */
  @Override
  public String toString() {
    return "count " + Integer.toUnsignedString(count) + " divided by " + divide.divisor();
  }
}
