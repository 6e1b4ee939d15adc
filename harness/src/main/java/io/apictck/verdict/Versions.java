package io.apictck.verdict;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Order of versions: 1.9 before 1.10, 1.0-rc1 before 1.0. */
final class Versions {
  private static final Pattern PART = Pattern.compile("\\d+|[^\\d.\\-_+]+");

  private Versions() {}

  static int compare(String first, String second) {
    List<String> left = parts(first);
    List<String> right = parts(second);
    for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
      int order = comparePart(part(left, i), part(right, i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static List<String> parts(String version) {
    return PART.matcher(version).results().map(MatchResult::group).toList();
  }

  private static String part(List<String> parts, int index) {
    return index < parts.size() ? parts.get(index) : "0";
  }

  private static int comparePart(String left, String right) {
    boolean leftNumber = Character.isDigit(left.charAt(0));
    boolean rightNumber = Character.isDigit(right.charAt(0));
    if (leftNumber != rightNumber) {
      return leftNumber ? 1 : -1;
    }
    return leftNumber
        ? new BigInteger(left).compareTo(new BigInteger(right))
        : left.compareTo(right);
  }
}
