package io.apictck.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.reports.cli.CommandLines;
import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.ConformanceReader;
import io.apictck.reports.json.TestEntry;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chips in processes: nothing is lost over the wire, and bad ones do not stop a run. */
final class ChipIT {
  private static final Path C_CHIP = Path.of("..", "harness", "examples", "pic-ioapic");
  private static final List<String> PARTS =
      List.of(
          "--test=*EndOfInterruptTests*",
          "--test=*BroadcastTests*",
          "--test=*TscDeadlineTests*",
          "--test=*PeriodicTests*",
          "--test=*ModeTransitionTests*",
          "--test=*RelocationTests*",
          "--test=*StartupTests*",
          "--test=*StateAfterInitTests*",
          "--test=*EventPriorityTests*",
          "--test=*LintLevelTests*",
          "--test=*Cr8Tests*",
          "--test=*suites.pic.*",
          "--test=*suites.msi.*",
          "--test=*suites.uintr.*",
          "--test=*suites.virtualwire.*");

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Conformance run(String name, String target, int expected, List<String> selection) {
    Path results = folder.resolve(name);
    List<String> line =
        new ArrayList<>(List.of("run", "--target=" + target, "--no-site", "--output=" + results));
    line.addAll(selection);
    int code =
        CommandLines.execute(
            new PrintWriter(out, true), new PrintWriter(err, true), line.toArray(new String[0]));
    assertThat(code).as("%s%n%s", out, err).isEqualTo(expected);
    Conformance conformance = ConformanceReader.read(results.resolve(Conformance.FILE));
    System.out.println(
        "[apic-tck] %s: %s in %.1f s"
            .formatted(conformance.target().title(), conformance.counts(), conformance.seconds()));
    return conformance;
  }

  private static Map<String, Verdict> verdicts(Conformance conformance) {
    Map<String, Verdict> verdicts = new TreeMap<>();
    for (TestEntry test : conformance.tests()) {
      verdicts.put(test.id(), test.verdict());
    }
    return verdicts;
  }

  private static String referenceChip() {
    return "'%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' io.apictck.chip.ChipServer"
        .formatted(
            ProcessHandle.current().info().command().orElseThrow(),
            System.getProperty("java.class.path"));
  }

  @Test
  void theReferenceChipHasTheSameVerdictsAsInProcess() {
    // the processors around a chip have no VMX
    Conformance inProcess = run("model", "model:without=vmx", CommandLines.OK, PARTS);
    Conformance overTheWire = run("wire", "chip:" + referenceChip(), CommandLines.OK, PARTS);
    assertThat(verdicts(overTheWire)).isEqualTo(verdicts(inProcess)).hasSizeGreaterThan(150);
  }

  @Test
  void theChipInCHasNoFailure() throws IOException, InterruptedException {
    Path chip = folder.resolve("pic-ioapic");
    String missing = compile(C_CHIP.resolve("pic-ioapic.c"), chip);
    if (!missing.isEmpty()) {
      System.out.println("[apic-tck] left out: the chip in C: " + missing);
    }
    assumeTrue(missing.isEmpty(), missing);
    Conformance conformance = run("c", "chip:" + chip, CommandLines.OK, List.of());
    assertThat(conformance.complete()).isTrue();
    assertThat(verdicts(conformance).values())
        .containsOnly(Verdict.PASS, Verdict.INFO, Verdict.NOT_APPLICABLE);
  }

  /** Compiles a file; why it cannot be compiled here, empty if it was. */
  private String compile(Path source, Path program) throws IOException, InterruptedException {
    Process cc;
    try {
      cc =
          new ProcessBuilder(
                  "cc",
                  "-std=c11",
                  "-Wall",
                  "-Wextra",
                  "-Wpedantic",
                  "-Werror",
                  "-O2",
                  "-o",
                  program.toString(),
                  source.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("cc.log").toFile())
              .start();
    } catch (IOException e) {
      return "there is no cc";
    }
    assertThat(cc.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(cc.exitValue()).as(Files.readString(folder.resolve("cc.log"))).isZero();
    return "";
  }

  /** The first process answers the look before the run, the second ends when its test begins. */
  @Test
  void aRunGoesOnAfterAChipThatEnded() throws IOException {
    Conformance conformance = runWithSecondStart("read -r hello; exit 3; cat |", "");
    assertThat(verdicts(conformance).values())
        .containsOnlyOnce(Verdict.CRASH)
        .contains(Verdict.PASS);
    assertThat(conformance.unexpected())
        .singleElement()
        .extracting(TestEntry::reason)
        .asString()
        .contains("the chip is gone while it was asked");
  }

  @Test
  void aRunGoesOnAfterAChipThatSleeps() throws IOException {
    Conformance conformance = runWithSecondStart("sleep 1000 |", "patience=3,");
    assertThat(verdicts(conformance).values())
        .containsOnlyOnce(Verdict.TIMEOUT)
        .contains(Verdict.PASS);
  }

  /** A reference chip whose second process is behind a filter of the requests. */
  private Conformance runWithSecondStart(String filter, String options) throws IOException {
    Path script = folder.resolve("chip.sh");
    Path starts = folder.resolve("starts");
    Files.writeString(
        script,
        """
        echo start >> '%1$s'
        if [ "$(wc -l < '%1$s')" -eq 2 ]; then
          %2$s %3$s
        else
          exec %3$s
        fi
        """
            .formatted(starts, filter, referenceChip()));
    return run(
        "goes-on",
        "chip:" + options + "sh '" + script + "'",
        CommandLines.UNEXPECTED,
        List.of("--test=*Cr8Tests*"));
  }
}
