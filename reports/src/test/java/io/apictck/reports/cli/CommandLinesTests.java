package io.apictck.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees who asks for something that cannot be done: one sentence and exit code 2. */
final class CommandLinesTests {
  @TempDir Path temporary;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    return CommandLines.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private void cannot(String expected, String... arguments) {
    assertThat(execute(arguments)).isEqualTo(2);
    assertThat(err.toString().lines().findFirst().orElse(""))
        .startsWith("apic-tck: ")
        .contains(expected)
        .endsWith(".");
    assertThat(err.toString().lines().filter(line -> !line.startsWith("Try "))).hasSize(1);
    assertThat(err.toString()).doesNotContain("\tat ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anUnknownTarget() {
    cannot("there is no target \"nothing\"; known targets: ", "run", "--target", "nothing");
  }

  @Test
  void aTargetThatCannotBeOpened() {
    cannot(
        "target model:without=nothing cannot be opened: ",
        "run",
        "--target",
        "model:without=nothing");
  }

  @Test
  void aShardThatDoesNotExist() {
    cannot("shard 5/4 does not exist; write i/n with i from 1 to n", "run", "--shard", "5/4");
  }

  @Test
  void aRequirementThatDoesNotExist() {
    cannot("no requirement is called \"LAPIC-NO-001\"", "run", "--requirement", "LAPIC-NO-001");
  }

  @Test
  void aUnitThatDoesNotExist() {
    cannot("no test is selected; ", "run", "--unit", "nothing");
  }

  @Test
  void aBrokenFileOfKnownIssues() throws IOException {
    Path file = Files.writeString(temporary.resolve("issues.txt"), "\nLAPIC-EOI-001 | FAIL\n");
    cannot(file + ":2: there are 2 columns instead of 5", "run", "--known-issues", file.toString());
  }

  @Test
  void anOutputThatCannotBeWritten() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "");
    cannot("cannot be written", "run", "--output", file.resolve("inside").toString());
  }

  @Test
  void anUnknownOptionAndNoCommand() {
    cannot("--nothing", "run", "--nothing");
    err.getBuffer().setLength(0);
    cannot("name a command");
  }

  @Test
  void aFolderWithoutResults() {
    cannot(
        "holds no conformance.json",
        "merge",
        temporary.resolve("out").toString(),
        temporary.toString());
  }

  @Test
  void helpHasExamples() {
    assertThat(execute("run", "--help")).isZero();
    assertThat(out.toString()).contains("--target", "--shard", "Exit codes:", "Examples:");
    assertThat(execute("--help")).isZero();
    assertThat(out.toString()).contains("run", "list", "requirements", "ports", "targets", "merge");
  }

  @Test
  void listRequirementsPortsAndTargetsAnswer() {
    assertThat(execute("list", "--requirement", "LAPIC-EOI-001")).isZero();
    assertThat(execute("requirements", "--requirement", "LAPIC-EOI-001")).isZero();
    assertThat(execute("requirements", "--format", "json")).isZero();
    assertThat(execute("ports")).isZero();
    assertThat(execute("ports", "--format", "json")).isZero();
    assertThat(execute("targets")).isZero();
    assertThat(out.toString())
        .contains("LAPIC-EOI-001", "\"testable\": ", "\"notPorted\": ", "KUT-APIC-000", "model");
    assertThat(err.toString()).isEmpty();
  }
}
