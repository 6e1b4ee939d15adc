package io.apictck.reports.run;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Patterns in which an asterisk stands for any characters. Case does not matter. */
final class Glob {
  private Glob() {}

  static Predicate<String> of(String pattern) {
    String regex =
        Arrays.stream(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*"));
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE).asMatchPredicate();
  }
}
