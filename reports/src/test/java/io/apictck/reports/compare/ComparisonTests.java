package io.apictck.reports.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.TargetEntry;
import io.apictck.reports.json.TestEntry;
import io.apictck.verdict.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ComparisonTests {
  private static TestEntry test(String id, Verdict verdict, String... observations) {
    return new TestEntry(
        id,
        id,
        "Local APIC",
        List.of("X-1"),
        verdict,
        true,
        0.1,
        "",
        List.of(observations),
        List.of(),
        "0");
  }

  private static Conformance run(String target, TestEntry... tests) {
    return new Conformance(new TargetEntry(target, "1", target), 1, true, List.of(tests), Map.of());
  }

  private static final Comparison COMPARISON =
      Comparison.of(
          List.of(
              run(
                  "a",
                  test("p.T#alike", Verdict.PASS),
                  test("p.T#different", Verdict.PASS),
                  test("p.T#elsewhere", Verdict.FAIL),
                  test("p.T#open", Verdict.INFO, "ICR reads back: 0", "bits: 1", "bits: 2")),
              run(
                  "b",
                  test("p.T#alike", Verdict.PASS),
                  test("p.T#different", Verdict.FAIL),
                  test("p.T#open", Verdict.INFO, "ICR reads back: 5", "bits: 1", "bits: 2")),
              run("c", test("p.T#different", Verdict.NOT_APPLICABLE))));

  @Test
  void listsTestsThatAreNotPassedAlike() {
    assertThat(COMPARISON.differences())
        .containsExactly(
            new Comparison.Difference(
                "p.T#different",
                List.of("X-1"),
                List.of(
                    Optional.of(Verdict.PASS),
                    Optional.of(Verdict.FAIL),
                    Optional.of(Verdict.NOT_APPLICABLE))));
  }

  @Test
  void tellsWhatEachImplementationDoes() {
    assertThat(COMPARISON.behaviours())
        .containsExactly(
            new Comparison.Behaviour(
                "p.T#open", List.of("X-1"), "ICR reads back", List.of("0", "5", "")),
            new Comparison.Behaviour(
                "p.T#open", List.of("X-1"), "bits", List.of("1; 2", "1; 2", "")));
    assertThat(COMPARISON.behaviours().get(0).agreed()).isFalse();
    assertThat(COMPARISON.behaviours().get(1).agreed()).isTrue();
  }

  @Test
  void isATableInMarkdown() {
    assertThat(ComparisonText.of(COMPARISON))
        .contains("| test | a 1 | b 1 | c 1 |\n|---|---|---|---|\n")
        .contains("| X-1 T#different | PASS | FAIL | n/a |\n")
        .contains("| ICR reads back<br>X-1 T#open | 0 | 5 |  |\n");
  }
}
