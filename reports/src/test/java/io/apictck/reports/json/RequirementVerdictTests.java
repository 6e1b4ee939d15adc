package io.apictck.reports.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.verdict.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class RequirementVerdictTests {
  @ParameterizedTest
  @CsvSource({
    "PASS, FAIL, FAIL",
    "CRASH, FAIL, FAIL",
    "TIMEOUT, CRASH, CRASH",
    "ERROR, TIMEOUT, TIMEOUT",
    "PASS, ERROR, ERROR",
    "PASS, INFO, PASS",
    "PASS, NOT_APPLICABLE, PASS",
    "INFO, NOT_APPLICABLE, INFO",
  })
  void theWorseOfTwoCounts(Verdict first, Verdict second, RequirementVerdict worst) {
    assertThat(RequirementVerdict.worst(List.of(first, second), true)).isEqualTo(worst);
    assertThat(RequirementVerdict.worst(List.of(second, first), true)).isEqualTo(worst);
  }

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void oneTestDecidesAlone(Verdict verdict) {
    assertThat(RequirementVerdict.worst(List.of(verdict), true).name()).isEqualTo(verdict.name());
  }

  @Test
  void withoutTestsThatRanItIsNotRunOrNotCovered() {
    assertThat(RequirementVerdict.worst(List.of(), true)).isEqualTo(RequirementVerdict.NOT_RUN);
    assertThat(RequirementVerdict.worst(List.of(), false))
        .isEqualTo(RequirementVerdict.NOT_COVERED);
  }
}
