package io.apictck.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.PlatformException;
import io.apictck.platform.UnsupportedActionException;
import io.apictck.platform.UnsupportedRequestException;
import io.apictck.verdict.Verdict;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

final class JudgementTest {
  static Stream<Arguments> throwables() {
    return Stream.of(
        Arguments.of(new AssertionError("a"), Verdict.FAIL, "a"),
        Arguments.of(new NotApplicableException("p"), Verdict.NOT_APPLICABLE, "does not hold: p"),
        Arguments.of(new TestAbortedException("b"), Verdict.NOT_APPLICABLE, "b"),
        Arguments.of(new UnsupportedActionException("c"), Verdict.NOT_APPLICABLE, "c"),
        Arguments.of(new UnsupportedRequestException("d"), Verdict.NOT_APPLICABLE, "d"),
        Arguments.of(new PlatformException("e"), Verdict.CRASH, "e"),
        Arguments.of(
            new TimeLimitException(Duration.ofSeconds(2)),
            Verdict.TIMEOUT,
            "the platform did not answer within 2 s: it is abandoned"),
        Arguments.of(new AdapterFaultException("f"), Verdict.ERROR, "f"),
        Arguments.of(
            new IllegalStateException(), Verdict.ERROR, "java.lang.IllegalStateException"));
  }

  @ParameterizedTest
  @MethodSource("throwables")
  void judgesByWhatWasThrown(Throwable thrown, Verdict verdict, String reason) {
    assertThat(Judgement.of(thrown, false)).isEqualTo(new Judgement(verdict, reason));
  }

  @Test
  void saysThatItHappenedInThePreparation() {
    assertThat(Judgement.of(new PreparationException(new AssertionError("no start-up")), true))
        .isEqualTo(new Judgement(Verdict.FAIL, "while preparing the machine: no start-up"));
    assertThat(Judgement.of(new PreparationException(new NullPointerException()), true))
        .isEqualTo(
            new Judgement(
                Verdict.ERROR, "while preparing the machine: java.lang.NullPointerException"));
  }

  @Test
  void passesOrRecordsWithoutAnything() {
    assertThat(Judgement.of(null, false).verdict()).isEqualTo(Verdict.PASS);
    assertThat(Judgement.of(null, true).verdict()).isEqualTo(Verdict.INFO);
  }
}
