package io.apictck.verdict;

import java.util.List;

/**
 * Whether a verdict was to be expected.
 *
 * @param expected whether it was
 * @param reason why, in a sentence; empty if nothing need be said
 */
public record Grading(boolean expected, String reason) {
  private static final Grading AS_IT_SHOULD_BE = new Grading(true, "");
  private static final Grading NOT_KNOWN = new Grading(false, "");

  /**
   * Grades a verdict.
   *
   * @param verdict what came of a test
   * @param issues the known issues that speak of that test
   */
  public static Grading of(Verdict verdict, List<KnownIssue> issues) {
    return switch (verdict) {
      case PASS, INFO -> issues.isEmpty() ? AS_IT_SHOULD_BE : passesNow(issues.getFirst());
      case NOT_APPLICABLE -> AS_IT_SHOULD_BE;
      case FAIL, ERROR, TIMEOUT, CRASH ->
          issues.stream()
              .filter(issue -> issue.verdict() == verdict)
              .findFirst()
              .map(issue -> new Grading(true, "known issue: " + issue.explanation()))
              .orElseGet(() -> notLike(issues));
    };
  }

  private static Grading passesNow(KnownIssue issue) {
    return new Grading(
        false,
        "known issue passes now: remove it ("
            + issue.source()
            + ", "
            + issue.pattern()
            + ": "
            + issue.reason()
            + ")");
  }

  private static Grading notLike(List<KnownIssue> issues) {
    return issues.isEmpty()
        ? NOT_KNOWN
        : new Grading(
            false,
            "known with another verdict: %s (%s)"
                .formatted(issues.getFirst().verdict(), issues.getFirst().source()));
  }
}
