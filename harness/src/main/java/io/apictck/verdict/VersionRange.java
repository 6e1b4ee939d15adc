package io.apictck.verdict;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions from one to another: {@code [1.0,2.0)} with included and excluded ends, {@code [1.0,)}
 * and {@code (,2.0]} with one end, {@code 1.0} for exactly one, {@code *} for all.
 *
 * <p>Versions are compared number by number; a missing number is zero, text counts less than a
 * number.
 */
public final class VersionRange {
  /** All versions. */
  public static final VersionRange ALL = new VersionRange("*", "", false, "", false);

  private static final Pattern RANGE =
      Pattern.compile("([\\[(])\\s*([^,\\s]*)\\s*,\\s*([^,\\s]*)\\s*([])])");
  private static final Pattern VERSION = Pattern.compile("[^\\s,()\\[\\]]+");

  private final String text;
  private final String from;
  private final boolean fromIncluded;
  private final String to;
  private final boolean toIncluded;

  private VersionRange(
      String text, String from, boolean fromIncluded, String to, boolean toIncluded) {
    this.text = text;
    this.from = from;
    this.fromIncluded = fromIncluded;
    this.to = to;
    this.toIncluded = toIncluded;
  }

  /** The range that {@code text} writes; empty if it writes none. */
  public static Optional<VersionRange> parse(String text) {
    if (text.equals("*")) {
      return Optional.of(ALL);
    }
    Matcher range = RANGE.matcher(text);
    if (range.matches()) {
      return Optional.of(
          new VersionRange(
              text,
              range.group(2),
              range.group(1).equals("["),
              range.group(3),
              range.group(4).equals("]")));
    }
    return VERSION.matcher(text).matches()
        ? Optional.of(new VersionRange(text, text, true, text, true))
        : Optional.empty();
  }

  /** Whether a version lies in it; an unknown version (empty) does if all do. */
  public boolean contains(String version) {
    if (from.isEmpty() && to.isEmpty()) {
      return true;
    }
    if (version.isEmpty()) {
      return false;
    }
    return isAbove(version) && isBelow(version);
  }

  private boolean isAbove(String version) {
    int order = from.isEmpty() ? 1 : Versions.compare(version, from);
    return order > 0 || (order == 0 && fromIncluded);
  }

  private boolean isBelow(String version) {
    int order = to.isEmpty() ? -1 : Versions.compare(version, to);
    return order < 0 || (order == 0 && toIncluded);
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
