package io.apictck.junit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Runs the cases of a sweep: all of them, or a sample on slow platforms. A failure names its case.
 *
 * <p>Parameters of a test method have this type; see {@link Sweep}.
 */
public final class Cases {
  private final int limit;
  private final long seed;
  private long count;

  /**
   * Cases of one test.
   *
   * @param limit how many cases of each call run; {@link Integer#MAX_VALUE} for all
   * @param seed chooses the sample
   */
  public Cases(int limit, long seed) {
    this.limit = limit;
    this.seed = seed;
  }

  /**
   * Runs {@code test} for the integers from {@code first} to {@code last}; failures name them in
   * hexadecimal.
   */
  public void range(int first, int last, IntConsumer test) {
    if (last - first < limit) {
      for (int value = first; value <= last; value++) {
        one(value, test);
      }
    } else {
      sample(IntStream.rangeClosed(first, last).boxed().toList())
          .forEach(value -> one(value, test));
    }
  }

  private void one(int value, IntConsumer test) {
    count++;
    try {
      test.accept(value);
    } catch (AssertionError e) {
      throw failed(Integer.toHexString(value) + "h", e);
    }
  }

  /** Runs {@code test} for each value; failures name it. */
  public <T> void each(Iterable<T> values, Consumer<T> test) {
    List<T> all = new ArrayList<>();
    values.forEach(all::add);
    for (T value : all.size() <= limit ? all : sample(all)) {
      count++;
      try {
        test.accept(value);
      } catch (AssertionError e) {
        throw failed(String.valueOf(value), e);
      }
    }
  }

  private <T> List<T> sample(List<T> all) {
    List<T> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(seed));
    return shuffled.subList(0, limit);
  }

  private AssertionError failed(String value, AssertionError cause) {
    return new AssertionError(
        "case " + value + " (number " + count + "): " + cause.getMessage(), cause);
  }

  /** How many cases ran so far. */
  public long count() {
    return count;
  }
}
