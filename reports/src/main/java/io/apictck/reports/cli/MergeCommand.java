package io.apictck.reports.cli;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.run.ReportBuilder;
import io.apictck.reports.run.ResultMerge;
import io.apictck.suites.catalogue.Catalogue;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code apic-tck merge}. */
@Command(
    name = "merge",
    description = {
      "Put result folders together: those of the same target and version, such as shards, become"
          + " one run, and all runs become one matrix.",
      "Where a test is in several folders of a target, the worst verdict counts."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:All verdicts are as expected.",
      "1:Some verdict is not.",
      "2:The folders could not be merged; one sentence says why."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  apic-tck merge all part-1 part-2 part-3 part-4",
      "  apic-tck merge matrix results-model results-qemu"
    })
final class MergeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "OUT", description = "The folder to write.")
  private Path output = Path.of("merged");

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FOLDER",
      description = "Folders that run or merge has written.")
  private List<Path> folders = List.of();

  @Option(names = "--no-site", description = "Leave out the report: only JSON and pages of tests.")
  private boolean noSite;

  @Spec private CommandSpec spec;

  MergeCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Conformance> runs = new ResultMerge().merge(output, folders);
    Path report = output;
    if (!noSite) {
      report = ReportBuilder.build(output, runs, Catalogue.load(), spec.commandLine().getErr());
    }
    boolean expected = true;
    for (Conformance run : runs.values()) {
      int unexpected = run.unexpected().size();
      expected &= unexpected == 0;
      out.println(
          "%s: %d tests, %s%s"
              .formatted(
                  run.target().title(),
                  run.tests().size(),
                  unexpected == 0 ? "as expected" : unexpected + " not as expected",
                  run.complete() ? "" : ", some run did not come to its end"));
    }
    out.println("Report: " + report);
    out.flush();
    return expected ? CommandLines.OK : CommandLines.UNEXPECTED;
  }
}
