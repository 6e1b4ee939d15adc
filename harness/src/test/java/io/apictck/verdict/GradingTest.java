package io.apictck.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class GradingTest {
  private static final List<KnownIssue> FAILS =
      List.of(new KnownIssue("T", VersionRange.ALL, Verdict.FAIL, "broken", "", "f:3"));

  @ParameterizedTest
  @CsvSource({
    "PASS, true",
    "INFO, true",
    "NOT_APPLICABLE, true",
    "FAIL, false",
    "ERROR, false",
    "TIMEOUT, false",
    "CRASH, false",
  })
  void withoutKnownIssues(Verdict verdict, boolean expected) {
    assertThat(Grading.of(verdict, List.of())).isEqualTo(new Grading(expected, ""));
  }

  @Test
  void expectsAKnownIssue() {
    assertThat(Grading.of(Verdict.FAIL, FAILS)).isEqualTo(new Grading(true, "known issue: broken"));
  }

  @ParameterizedTest
  @EnumSource(names = {"PASS", "INFO"})
  void refusesAKnownIssueThatPasses(Verdict verdict) {
    assertThat(Grading.of(verdict, FAILS))
        .isEqualTo(new Grading(false, "known issue passes now: remove it (f:3, T: broken)"));
  }

  @ParameterizedTest
  @EnumSource(names = {"ERROR", "TIMEOUT", "CRASH"})
  void doesNotExpectAnotherVerdict(Verdict verdict) {
    assertThat(Grading.of(verdict, FAILS))
        .isEqualTo(new Grading(false, "known with another verdict: FAIL (f:3)"));
  }

  @Test
  void saysNothingAboutATestThatIsNotApplicable() {
    assertThat(Grading.of(Verdict.NOT_APPLICABLE, FAILS)).isEqualTo(new Grading(true, ""));
  }
}
