package io.apictck.reports.run;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.TestEntry;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;
import io.apictck.verdict.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a run says at its end. */
final class Summary {
  private static final int MAX_UNEXPECTED = 15;
  private static final int MAX_REASON = 6;

  private final Conformance conformance;
  private final Catalogue catalogue;
  private final Terminal terminal;
  private final PrintWriter out;

  Summary(Conformance conformance, Catalogue catalogue, Terminal terminal, PrintWriter out) {
    this.conformance = conformance;
    this.catalogue = catalogue;
    this.terminal = terminal;
    this.out = out;
  }

  /**
   * Prints it.
   *
   * @param report where the results are
   */
  void print(String report) {
    table();
    unexpected();
    out.println();
    out.println(verdict());
    out.println("Report: " + report);
    out.flush();
  }

  private void table() {
    List<Verdict> columns =
        Arrays.stream(Verdict.values())
            .filter(verdict ->
                verdict == Verdict.PASS
                    || verdict == Verdict.FAIL
                    || conformance.counts().get(verdict) > 0)
            .toList();
    Map<String, List<TestEntry>> units = new LinkedHashMap<>();
    catalogue.all().forEach(requirement -> units.put(requirement.unit(), new ArrayList<>()));
    for (TestEntry test : conformance.tests()) {
      units.computeIfAbsent(test.unit(), unit -> new ArrayList<>()).add(test);
    }
    units.values().removeIf(List::isEmpty);
    int width = Math.max(5, units.keySet().stream().mapToInt(String::length).max().orElse(0));
    StringBuilder heading = new StringBuilder(" ".repeat(width));
    columns.forEach(verdict -> heading.append("  ").append(name(verdict)));
    out.println(conformance.target().title() + " (" + conformance.target().platform() + ")");
    out.println();
    out.println(terminal.bold(heading.toString()));
    units.forEach((unit, tests) -> row(unit, width, columns, tests));
    if (units.size() > 1) {
      row("Total", width, columns, conformance.tests());
    }
  }

  private static String name(Verdict verdict) {
    return verdict == Verdict.NOT_APPLICABLE ? "N/A" : verdict.name();
  }

  private void row(String unit, int width, List<Verdict> columns, List<TestEntry> tests) {
    StringBuilder row = new StringBuilder(String.format("%-" + width + "s", unit));
    for (Verdict verdict : columns) {
      long count = tests.stream().filter(test -> test.verdict() == verdict).count();
      row.append("  ")
          .append(String.format("%" + name(verdict).length() + "s", count == 0 ? "-" : count));
    }
    out.println(row);
  }

  private void unexpected() {
    List<TestEntry> unexpected = conformance.unexpected();
    unexpected.stream().limit(MAX_UNEXPECTED).forEach(this::explain);
    if (unexpected.size() > MAX_UNEXPECTED) {
      out.println();
      out.println(
          "... and " + (unexpected.size() - MAX_UNEXPECTED) + " more; the report has them all.");
    }
  }

  private void explain(TestEntry test) {
    out.println();
    out.println(terminal.red(test.verdict().name()) + "  " + test.id());
    List<Requirement> requirements =
        test.requirements().stream().map(catalogue::find).flatMap(Optional::stream).toList();
    for (Requirement requirement : requirements) {
      out.println("  " + requirement.id() + ": " + requirement.statement());
    }
    List<String> reason = test.reason().lines().toList();
    reason.stream().limit(MAX_REASON).forEach(line -> out.println("    " + line));
    if (reason.size() > MAX_REASON) {
      out.println("    ...");
    }
    for (Requirement requirement : requirements) {
      out.println("  Look at: " + requirement.hint());
    }
  }

  private String verdict() {
    int tests = conformance.tests().size();
    int unexpected = conformance.unexpected().size();
    String time = String.format(Locale.ROOT, "%.1f s", conformance.seconds());
    int known = conformance.knownIssues();
    String knownText = known == 0 ? "" : ", " + known + " of them known issues";
    return unexpected == 0
        ? terminal.green("As expected") + ": " + tests + " tests" + knownText + ", " + time + "."
        : terminal.red(unexpected + " of " + tests + " tests not as expected") + ", " + time + ".";
  }
}
