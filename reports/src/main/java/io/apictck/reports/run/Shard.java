package io.apictck.reports.run;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * One of several parts of the tests. The parts have no test in common and are all of them together.
 *
 * @param index which part, from 1
 * @param count how many parts
 */
public record Shard(int index, int count) {
  /** The one part that is everything. */
  public static final Shard WHOLE = new Shard(1, 1);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

  /** Checks the numbers. */
  public Shard {
    if (index < 1 || index > count) {
      throw new IllegalArgumentException(
          "shard %d/%d does not exist; write i/n with i from 1 to n, as in 2/4"
              .formatted(index, count));
    }
  }

  /**
   * The part that a text like {@code 2/4} means.
   *
   * @throws IllegalArgumentException with a sentence if it means none
   */
  public static Shard parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("shard \"" + text + "\" is not written as i/n, as in 2/4");
    }
    return new Shard(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** This part of a list: every n-th element, so that neighbours, which take alike long, spread. */
  public <T> List<T> of(List<T> whole) {
    return IntStream.range(0, whole.size())
        .filter(i -> i % count == index - 1)
        .mapToObj(whole::get)
        .toList();
  }
}
