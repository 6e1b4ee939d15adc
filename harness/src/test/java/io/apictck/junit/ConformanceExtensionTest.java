package io.apictck.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.platform.engine.TestExecutionResult.Status.ABORTED;
import static org.junit.platform.engine.TestExecutionResult.Status.FAILED;
import static org.junit.platform.engine.TestExecutionResult.Status.SUCCESSFUL;

import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.TestExecutionResult.Status;

@Timeout(60)
final class ConformanceExtensionTest {
  private static final Map<String, String> TINY = Map.of("apictck.target", "tiny");

  @Test
  void tellsAllOfATestThatPasses() {
    Harness run = Harness.run(TINY, "deliversASelfIpi");

    TestResult result = run.result("deliversASelfIpi");
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    assertThat(result.expected()).isTrue();
    assertThat(result.reason()).isEmpty();
    assertThat(result.id()).isEqualTo("io.apictck.junit.samples.Sample#deliversASelfIpi");
    assertThat(result.name()).isEqualTo("delivers a self ipi");
    assertThat(result.covers()).containsExactly("X-1", "X-2");
    assertThat(result.ports()).containsExactly("KUT-1");
    assertThat(result.target()).isEqualTo("tiny");
    assertThat(result.platform()).isEqualTo("tiny");
    assertThat(result.version()).isEqualTo("1.2");
    assertThat(result.trace().size()).isPositive();
    assertThat(result.seconds()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "deliversASelfIpi, PASS, SUCCESSFUL",
    "fails, FAIL, FAILED",
    "leavesAnInterruptBehind, FAIL, FAILED",
    "records, INFO, SUCCESSFUL",
    "isWrongItself, ERROR, FAILED",
    "needsAFeature, NOT_APPLICABLE, ABORTED",
    "needsAStimulus, NOT_APPLICABLE, ABORTED",
    "needsTwoProcessors, NOT_APPLICABLE, ABORTED",
    "usesWhatIsNotOffered, NOT_APPLICABLE, ABORTED",
    "needsX2apic, NOT_APPLICABLE, ABORTED",
    "sweeps, PASS, SUCCESSFUL",
    "isAboutWhatIsBorrowed, NOT_APPLICABLE, ABORTED",
    "isAlsoAboutWhatIsBorrowed, PASS, SUCCESSFUL",
  })
  void decides(String method, Verdict verdict, Status status) {
    Harness run = Harness.run(TINY, method);

    assertThat(run.result(method).verdict()).isEqualTo(verdict);
    assertThat(run.seen().get(method).getStatus()).isEqualTo(status);
    assertThat(run.result(method).expected()).isEqualTo(status != FAILED);
  }

  @Test
  void saysWhatWasExpectedAndWhatWasDone() {
    assertThat(Harness.run(TINY, "fails").failure("fails"))
        .isEqualTo(
            """
            FAIL of X-3: IRR of CPU 0 should be {}, but is {61h}: too much {61h}
            What was done and seen last:
              reset
              CPU 0  [FEE0_00F0h] (SVR) <- 1FFh  (block 1)
              CPU 0  [FEE0_0310h] (ICR_HIGH) <- 0; [FEE0_0300h] (ICR) <- 0004_4061h  (block 2)
              CPU 0  load [FEE0_0200h] (IRR 0) -> 0; load [FEE0_0210h] (IRR 1) -> 0; load\
             [FEE0_0220h] (IRR 2) -> 0; load [FEE0_0230h] (IRR 3) -> 2; load [FEE0_0240h] (IRR 4)\
             -> 0; load [FEE0_0250h] (IRR 5) -> 0; load [FEE0_0260h] (IRR 6) -> 0; load\
             [FEE0_0270h] (IRR 7) -> 0  (block 3)\
            """);
  }

  @Test
  void failsIfSomethingUnexpectedArrives() {
    assertThat(Harness.run(TINY, "leavesAnInterruptBehind").failure("leavesAnInterruptBehind"))
        .contains("unexpected interrupt 61h on CPU 0");
  }

  @Test
  void namesThePredicateThatFailed() {
    Harness run =
        Harness.run(
            TINY, "needsAFeature", "needsAStimulus", "needsTwoProcessors", "isAboutWhatIsBorrowed");

    assertThat(run.result("isAboutWhatIsBorrowed").reason())
        .isEqualTo(
            "does not hold: what BORROWED-1, BORROWED-2 are about is part of the target, not"
                + " borrowed from the reference model");
    assertThat(run.result("needsAFeature").reason())
        .isEqualTo("does not hold: CPUID.01H:ECX[24] = 1");
    assertThat(run.result("needsAStimulus").reason())
        .isEqualTo("does not hold: the platform offers the stimulus LINES");
    assertThat(run.result("needsTwoProcessors").reason()).isEqualTo("tiny has one processor");
  }

  @Test
  void hasWhatWasRecorded() {
    assertThat(Harness.run(TINY, "records").result("records").observations())
        .containsExactly("colour: blue");
  }

  @Test
  void runsATestOnceInEachMode() {
    Harness run = Harness.run(TINY, "runsInEachMode");

    assertThat(run.results())
        .extracting(TestResult::id, TestResult::mode, TestResult::verdict)
        .containsExactly(
            tuple("io.apictck.junit.samples.Sample#runsInEachMode[xAPIC]", "xAPIC", Verdict.PASS),
            tuple(
                "io.apictck.junit.samples.Sample#runsInEachMode[x2APIC]",
                "x2APIC",
                Verdict.NOT_APPLICABLE));
    assertThat(run.seen()).containsOnlyKeys("xAPIC", "x2APIC");
  }

  @ParameterizedTest
  @CsvSource({
    "hang, TIMEOUT, the platform did not answer within 1 s",
    "crash, CRASH, the tiny machine fell over",
  })
  void goesOnAfterALostPlatform(String option, Verdict verdict, String reason) {
    Harness run =
        Harness.run(
            Map.of("apictck.target", "tiny:" + option + "=true", "apictck.testTimeout", "1"),
            "writesTpr",
            "deliversASelfIpi");

    assertThat(run.result("writesTpr").verdict()).isEqualTo(verdict);
    assertThat(run.failure("writesTpr")).startsWith(verdict + ": ").contains(reason);
    assertThat(run.failure("writesTpr")).endsWith("CPU 0  [FEE0_0080h] (TPR) <- 20h  (block 2)");
    assertThat(run.result("deliversASelfIpi").verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void endsATestThatNeverEndsItself() {
    Harness run =
        Harness.run(
            Map.of("apictck.target", "tiny", "apictck.testTimeout", "1"),
            "waitsForeverItself",
            "records");

    assertThat(run.result("waitsForeverItself").verdict()).isEqualTo(Verdict.TIMEOUT);
    assertThat(run.result("records").verdict()).isEqualTo(Verdict.INFO);
  }

  @Test
  void blamesTheAdapterInEachTest() {
    Harness run =
        Harness.run(Map.of("apictck.target", "tiny:fault=wrong-block"), "records", "sweeps");

    assertThat(run.results())
        .allSatisfy(result -> {
          assertThat(result.verdict()).isEqualTo(Verdict.ERROR);
          assertThat(result.reason())
              .startsWith("while preparing the machine: adapter self-check: a block of 1 NOPs");
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "apictck.target      | nothing  | there is no target \"nothing\"; known targets: ",
        "apictck.target      | tiny:x=1 | target tiny has no option \"x\"",
        "apictck.testTimeout | soon     | apictck.testTimeout must be a whole number",
        "apictck.testTimeout | 0        | apictck.testTimeout must be at least 1 second",
        "apictck.knownIssues | /no/file | the known issues cannot be read from /no/file",
      })
  void saysWhatIsWrongWithTheSettings(String key, String value, String sentence) {
    Map<String, String> configuration = new HashMap<>(TINY);
    configuration.put(key, value);

    Harness run = Harness.run(configuration, "records");

    assertThat(run.result("records").verdict()).isEqualTo(Verdict.ERROR);
    assertThat(run.failure("records")).contains(sentence);
  }

  @Test
  void abortsKnownIssuesAndRefusesThoseThatPass(@TempDir Path directory) throws IOException {
    Path issues = directory.resolve("tiny.issues");
    Files.writeString(issues, "X-3 | [1.0,2.0) | FAIL | IRR is odd | \n*#sweeps|*|FAIL|slow|\n");

    Harness run =
        Harness.run(
            Map.of("apictck.target", "tiny", "apictck.knownIssues", issues.toString()),
            "fails",
            "sweeps");

    assertThat(run.seen().get("fails").getStatus()).isEqualTo(ABORTED);
    assertThat(run.result("fails").verdict()).isEqualTo(Verdict.FAIL);
    assertThat(run.result("fails").expected()).isTrue();
    assertThat(run.result("fails").reason()).startsWith("known issue: IRR is odd; IRR of CPU 0");
    assertThat(run.seen().get("sweeps").getStatus()).isEqualTo(FAILED);
    assertThat(run.result("sweeps").verdict()).isEqualTo(Verdict.PASS);
    assertThat(run.result("sweeps").expected()).isFalse();
    assertThat(run.failure("sweeps")).startsWith("known issue passes now: remove it (");
  }

  @Test
  void runsInParallel() {
    Harness run =
        Harness.run(
            Map.of(
                "apictck.target",
                "tiny",
                "junit.jupiter.execution.parallel.enabled",
                "true",
                "junit.jupiter.execution.parallel.mode.default",
                "concurrent",
                "junit.jupiter.execution.parallel.config.strategy",
                "fixed",
                "junit.jupiter.execution.parallel.config.fixed.parallelism",
                "4"),
            "deliversASelfIpi",
            "sweeps",
            "records",
            "writesTpr",
            "runsInEachMode");

    assertThat(run.results()).hasSize(6).allMatch(TestResult::expected);
    assertThat(run.seen().get("sweeps").getStatus()).isEqualTo(SUCCESSFUL);
  }
}
