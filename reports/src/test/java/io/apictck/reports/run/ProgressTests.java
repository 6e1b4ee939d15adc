package io.apictck.reports.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.junit.TestResult;
import io.apictck.trace.Trace;
import io.apictck.verdict.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgressTests {
  private final StringWriter err = new StringWriter();
  private long nanos;

  private Progress progress(boolean live) {
    return new Progress(new PrintWriter(err), live, 3, () -> nanos);
  }

  private static TestResult result() {
    return new TestResult(
        "a.B#c",
        "c",
        ProgressTests.class,
        "c",
        "",
        List.of(),
        List.of(),
        Verdict.FAIL,
        false,
        "",
        List.of(),
        List.of(),
        new Trace(),
        0,
        "model",
        "",
        "");
  }

  @Test
  void aShortRunIsSilentElsewhereThanOnATerminal() {
    Progress progress = progress(false);
    nanos = 1_900_000_000L;
    progress.testFinished(result());
    progress.end();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aLongRunSaysALineNowAndThen() {
    Progress progress = progress(false);
    nanos = 2_100_000_000L;
    progress.testFinished(result());
    progress.testFinished(result());
    assertThat(err.toString())
        .isEqualToNormalizingNewlines("1/3 tests, 1 unexpected, 2 s, ProgressTests\n");
  }

  @Test
  void aTerminalGetsOneLineThatIsTakenAwayAtTheEnd() {
    Progress progress = progress(true);
    progress.testFinished(result());
    progress.end();
    assertThat(err.toString()).startsWith("\r1/3 tests").endsWith("\r").doesNotContain("\n");
  }
}
