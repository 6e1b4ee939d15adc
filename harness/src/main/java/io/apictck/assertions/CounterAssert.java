package io.apictck.assertions;

import io.apictck.machine.Counter;
import java.util.Arrays;
import java.util.List;

/** About interrupts that an automatic handler took. */
public final class CounterAssert extends ConformanceAssert<CounterAssert, Counter> {
  CounterAssert(Counter actual) {
    super(actual, CounterAssert.class);
  }

  /** So many were taken. */
  public CounterAssert hasCount(int count) {
    return check(
        actual.count() == count,
        () ->
            "%d %s should have been taken, but %d were: %s"
                .formatted(
                    count,
                    count == 1 ? "interrupt" : "interrupts",
                    actual.count(),
                    VectorText.list(actual.vectors())));
  }

  /** Exactly these were taken, in this order. */
  public CounterAssert hasVectors(int... vectors) {
    List<Integer> expected = Arrays.stream(vectors).boxed().toList();
    return check(
        actual.vectors().equals(expected),
        () ->
            "the interrupts %s should have been taken in this order, but these were: %s"
                .formatted(VectorText.list(expected), VectorText.list(actual.vectors())));
  }
}
