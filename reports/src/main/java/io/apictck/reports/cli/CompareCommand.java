package io.apictck.reports.cli;

import io.apictck.reports.compare.Comparison;
import io.apictck.reports.compare.ComparisonText;
import io.apictck.reports.json.Conformance;
import io.apictck.reports.run.ComparedRuns;
import io.apictck.reports.run.ReportBuilder;
import io.apictck.reports.run.Terminal;
import io.apictck.suites.catalogue.Catalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code apic-tck compare}. */
@Command(
    name = "compare",
    description = {
      "Run the tests on several targets, or read what earlier runs left, and say what differs:",
      "the tests with different verdicts, and what each implementation does where the manual"
          + " leaves the behaviour open."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:No test has different verdicts.",
      "1:Some tests have.",
      "2:The comparison could not be made; one sentence says why."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  apic-tck compare --targets model,kvm,qemu:machine=q35,accel=tcg",
      "  apic-tck compare --targets model,bochs --unit x2apic",
      "  apic-tck compare results-model results-qemu"
    })
final class CompareCommand implements Callable<Integer> {
  @Option(
      names = "--targets",
      paramLabel = "TARGET,...",
      description = "What is tested, each as for apic-tck run.")
  private String targets = "";

  @Parameters(
      arity = "0..*",
      paramLabel = "FOLDER",
      description = "Result folders to compare, instead of or besides targets.")
  private List<Path> folders = List.of();

  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description = "Where the results and comparison.md go; ${DEFAULT-VALUE} without it.")
  private Path output = Path.of("apic-tck-comparison");

  @Option(names = "--no-site", description = "Leave out the report.")
  private boolean noSite;

  @Spec private CommandSpec spec;

  CompareCommand() {}

  @Override
  public Integer call() {
    List<String> wanted = split(targets);
    if (wanted.size() + folders.size() < 2) {
      throw new ParameterException(
          spec.commandLine(),
          "name at least two targets or result folders, as in apic-tck compare --targets model,kvm");
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Terminal terminal = Terminal.of(System.getProperties(), System.getenv());
    Map<String, Conformance> runs =
        new ComparedRuns(selection.selection(), terminal, out, err)
            .collect(output, wanted, folders);
    Comparison comparison = Comparison.of(List.copyOf(runs.values()));
    String text = ComparisonText.of(comparison);
    Path file = output.resolve("comparison.md");
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!noSite) {
      ReportBuilder.build(output, runs, Catalogue.load(), err);
    }
    out.println(text);
    out.println(
        "%d tests with different verdicts, %d kinds of behaviour recorded, %d of them different."
            .formatted(
                comparison.differences().size(),
                comparison.behaviours().size(),
                comparison.behaviours().stream().filter(row -> !row.agreed()).count()));
    out.println("Comparison: " + file);
    out.flush();
    return comparison.differences().isEmpty() ? CommandLines.OK : CommandLines.UNEXPECTED;
  }

  /** Targets are separated by commas, and so are their options: those have a sign of equality. */
  static List<String> split(String targets) {
    List<String> wanted = new ArrayList<>();
    for (String piece : targets.split(",", -1)) {
      int colon = piece.indexOf(':');
      int equals = piece.indexOf('=');
      boolean option = equals >= 0 && (colon < 0 || equals < colon);
      if (option && !wanted.isEmpty()) {
        wanted.addLast(wanted.removeLast() + "," + piece);
      } else if (!piece.isBlank()) {
        wanted.add(piece.strip());
      }
    }
    return wanted;
  }
}
