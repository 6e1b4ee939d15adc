package io.apictck.junit;

import io.apictck.machine.PlatformCrashedException;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.UnsupportedActionException;
import io.apictck.platform.UnsupportedRequestException;
import io.apictck.verdict.Verdict;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * What came of a test.
 *
 * @param verdict the verdict
 * @param reason what was thrown, in words; empty if nothing was
 */
record Judgement(Verdict verdict, String reason) {
  /**
   * Judges by what was thrown.
   *
   * @param thrown null if the test ran to its end
   * @param records whether the test only records
   */
  static Judgement of(@Nullable Throwable thrown, boolean records) {
    if (thrown == null) {
      return new Judgement(records ? Verdict.INFO : Verdict.PASS, "");
    }
    Throwable problem =
        thrown instanceof PreparationException preparation ? preparation.problem() : thrown;
    Verdict verdict = verdict(problem);
    return new Judgement(
        verdict, verdict == Verdict.NOT_APPLICABLE ? needs(problem) : text(thrown, problem));
  }

  private static Verdict verdict(Throwable problem) {
    return switch (problem) {
      case AssertionError ignored -> Verdict.FAIL;
      case TestAbortedException ignored -> Verdict.NOT_APPLICABLE;
      case UnsupportedActionException ignored -> Verdict.NOT_APPLICABLE;
      case UnsupportedRequestException ignored -> Verdict.NOT_APPLICABLE;
      case PlatformCrashedException ignored -> Verdict.CRASH;
      case PlatformException ignored -> Verdict.CRASH;
      case PlatformTimeoutException ignored -> Verdict.TIMEOUT;
      case TimeLimitException ignored -> Verdict.TIMEOUT;
      default -> Verdict.ERROR;
    };
  }

  private static String needs(Throwable problem) {
    return problem instanceof NotApplicableException
        ? "does not hold: " + problem.getMessage()
        : String.valueOf(problem.getMessage());
  }

  private static String text(Throwable thrown, Throwable problem) {
    return problem.getMessage() == null
        ? thrown instanceof PreparationException
            ? "while preparing the machine: " + problem
            : problem.toString()
        : String.valueOf(thrown.getMessage());
  }
}
