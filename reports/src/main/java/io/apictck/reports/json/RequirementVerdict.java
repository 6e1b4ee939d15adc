package io.apictck.reports.json;

import io.apictck.verdict.Verdict;
import java.util.Collection;
import java.util.Comparator;

/** What is known about a requirement, worst first. */
public enum RequirementVerdict {
  /** A test failed. */
  FAIL,
  /** The platform died in a test. */
  CRASH,
  /** The platform did not answer a test in time. */
  TIMEOUT,
  /** The harness went wrong in a test. */
  ERROR,
  /** A test passed, and nothing worse came of the others. */
  PASS,
  /** Tests only recorded what they saw. */
  INFO,
  /** The implementation lacks what the tests need. */
  NOT_APPLICABLE,
  /** It has tests, but none of them ran. */
  NOT_RUN,
  /** It has no test. */
  NOT_COVERED;

  /** The verdict of the same name. */
  public static RequirementVerdict of(Verdict verdict) {
    return switch (verdict) {
      case PASS -> PASS;
      case FAIL -> FAIL;
      case INFO -> INFO;
      case NOT_APPLICABLE -> NOT_APPLICABLE;
      case ERROR -> ERROR;
      case TIMEOUT -> TIMEOUT;
      case CRASH -> CRASH;
    };
  }

  /**
   * The worst of the verdicts of a requirement's tests.
   *
   * @param verdicts of the tests that ran
   * @param covered whether it has any tests
   */
  public static RequirementVerdict worst(Collection<Verdict> verdicts, boolean covered) {
    return verdicts.stream()
        .map(RequirementVerdict::of)
        .min(Comparator.naturalOrder())
        .orElse(covered ? NOT_RUN : NOT_COVERED);
  }
}
