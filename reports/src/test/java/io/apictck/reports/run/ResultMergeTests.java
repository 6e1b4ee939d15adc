package io.apictck.reports.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.ConformanceWriter;
import io.apictck.reports.json.RequirementVerdict;
import io.apictck.reports.json.TargetEntry;
import io.apictck.reports.json.TestEntry;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultMergeTests {
  private static final TargetEntry MODEL = new TargetEntry("model", "1", "m");
  private static final TargetEntry OTHER = new TargetEntry("other", "1", "o");

  @TempDir Path temporary;

  private Path run(String name, TargetEntry target, TestEntry... tests) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve(name));
    Files.createDirectories(folder.resolve("tests"));
    for (TestEntry test : tests) {
      Files.writeString(folder.resolve("tests/" + test.key() + ".html"), name);
    }
    Files.writeString(
        folder.resolve(Conformance.FILE),
        ConformanceWriter.write(new Conformance(target, 1, true, List.of(tests), Map.of())));
    return folder;
  }

  private static TestEntry test(String id, Verdict verdict) {
    return new TestEntry(
        id,
        id,
        "Local APIC",
        List.of("LAPIC-EOI-001"),
        verdict,
        verdict == Verdict.PASS,
        0.1,
        "",
        List.of(),
        List.of(),
        "0");
  }

  @Test
  void shardsBecomeOneRunAndTargetsBecomeColumns() throws IOException {
    Path first = run("first", MODEL, test("a.B#c", Verdict.PASS));
    Path second = run("second", MODEL, test("a.B#d", Verdict.FAIL));
    Path third = run("third", OTHER, test("a.B#c", Verdict.PASS));
    Path output = temporary.resolve("all");
    Map<String, Conformance> runs = new ResultMerge().merge(output, List.of(first, second, third));
    assertThat(runs).containsOnlyKeys("runs/model-1/", "runs/other-1/");
    Conformance model = runs.get("runs/model-1/");
    assertThat(model.tests()).extracting(TestEntry::id).containsExactly("a.B#c", "a.B#d");
    assertThat(model.requirements()).containsEntry("LAPIC-EOI-001", RequirementVerdict.FAIL);
    assertThat(model.seconds()).isEqualTo(2);
    assertThat(output.resolve("matrix.json")).content().contains("\"FAIL\"", "\"PASS\"");
    assertThat(new ResultMerge().merge(temporary.resolve("again"), List.of(output)))
        .isEqualTo(runs);
  }

  @Test
  void theWorseResultOfATestCountsAndBringsItsPage() throws IOException {
    TestEntry failed = test("a.B#c", Verdict.FAIL);
    Path first = run("first", MODEL, failed);
    Path second = run("second", MODEL, test("a.B#c", Verdict.PASS));
    Path output = temporary.resolve("all");
    Map<String, Conformance> runs = new ResultMerge().merge(output, List.of(first, second));
    assertThat(runs.get("runs/model-1/").tests()).containsExactly(failed);
    assertThat(output.resolve("runs/model-1/tests/" + failed.key() + ".html")).hasContent("first");
  }

  @Test
  void otherFoldersAreRefused() throws IOException {
    Path empty = Files.createDirectories(temporary.resolve("empty"));
    Path output = temporary.resolve("all");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> new ResultMerge().merge(output, List.of(empty)))
        .withMessageContaining("holds no conformance.json");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> new ResultMerge().merge(empty, List.of(empty)))
        .withMessageContaining("both read and written");
  }
}
