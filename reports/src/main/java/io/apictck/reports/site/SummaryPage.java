package io.apictck.reports.site;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.RequirementVerdict;
import io.apictck.reports.json.TestEntry;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;
import io.apictck.verdict.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The first page: what was unexpected, then verdicts by unit, for each implementation. */
final class SummaryPage {
  private static final int MAX_UNEXPECTED = 200;

  private final List<Column> columns;
  private final Catalogue catalogue;

  SummaryPage(List<Column> columns, Catalogue catalogue) {
    this.columns = columns;
    this.catalogue = catalogue;
  }

  void write(Html html) {
    for (Column column : columns) {
      write(html, column);
    }
  }

  private void write(Html html, Column column) {
    Conformance conformance = column.conformance();
    html.open("h1").text(column.title());
    if (!conformance.target().platform().isEmpty()) {
      html.element("span", "  " + conformance.target().platform(), "class", "faint small");
    }
    html.closeLine();
    List<TestEntry> unexpected = conformance.unexpected();
    html.open("div", "class", "card " + (unexpected.isEmpty() ? "good" : "bad"));
    html.element("b", headline(conformance, unexpected));
    html.element("p", tally(conformance), "class", "faint small");
    if (!conformance.complete()) {
      html.element("p", "The run did not come to its end: tests are missing.");
    }
    html.closeLine();
    if (!unexpected.isEmpty()) {
      html.element("h2", "Not as expected");
      unexpected.stream().limit(MAX_UNEXPECTED).forEach(test -> unexpected(html, column, test));
      if (unexpected.size() > MAX_UNEXPECTED) {
        html.element("p", "... and " + (unexpected.size() - MAX_UNEXPECTED) + " more.");
      }
    }
    html.element("h2", "Tests by unit");
    units(html, conformance);
    html.open("p", "class", "small")
        .link("matrix.html", "Conformance matrix")
        .text(" \u00b7 ")
        .link("requirements.html", "Requirements and their tests")
        .text(" \u00b7 ")
        .link(column.folder() + Conformance.FILE, Conformance.FILE)
        .closeLine();
  }

  private static String headline(Conformance conformance, List<TestEntry> unexpected) {
    int tests = conformance.tests().size();
    return unexpected.isEmpty()
        ? "All " + tests + " tests are as expected" + known(conformance) + "."
        : unexpected.size() + " of " + tests + " tests are not as expected.";
  }

  private static String known(Conformance conformance) {
    int known = conformance.knownIssues();
    return known == 0 ? "" : ", " + known + " of them known issues";
  }

  private String tally(Conformance conformance) {
    Map<RequirementVerdict, Integer> tally = new LinkedHashMap<>();
    for (RequirementVerdict verdict : RequirementVerdict.values()) {
      int count =
          (int) conformance.requirements().values().stream().filter(verdict::equals).count();
      if (count > 0) {
        tally.put(verdict, count);
      }
    }
    List<String> parts = new ArrayList<>();
    tally.forEach((verdict, count) -> parts.add(count + " " + Verdicts.words(verdict)));
    return String.format(
        Locale.ROOT,
        "%.1f s. Of %d requirements: %s.",
        conformance.seconds(),
        catalogue.all().size(),
        String.join(", ", parts));
  }

  private void unexpected(Html html, Column column, TestEntry test) {
    html.open("div", "class", "card").open("p");
    Verdicts.badge(html, RequirementVerdict.of(test.verdict()));
    html.text(" ").link(column.page(test), test.name());
    html.element("span", "  " + test.id(), "class", "faint small").close();
    List<Requirement> requirements =
        test.requirements().stream().flatMap(id -> catalogue.find(id).stream()).toList();
    for (Requirement requirement : requirements) {
      html.open("p")
          .link("matrix.html#" + requirement.id(), requirement.id())
          .text(" " + requirement.statement())
          .close();
    }
    html.element("pre", test.reason());
    for (Requirement requirement : requirements) {
      html.element("p", "Look at: " + requirement.hint(), "class", "small");
    }
    html.closeLine();
  }

  private void units(Html html, Conformance conformance) {
    Map<String, List<TestEntry>> units = new LinkedHashMap<>();
    catalogue.all().forEach(requirement -> units.put(requirement.unit(), new ArrayList<>()));
    for (TestEntry test : conformance.tests()) {
      units.computeIfAbsent(test.unit(), unit -> new ArrayList<>()).add(test);
    }
    html.open("table").open("tr").element("th", "Unit").element("th", "");
    List<Verdict> verdicts =
        conformance.counts().entrySet().stream()
            .filter(count -> count.getValue() > 0)
            .map(Map.Entry::getKey)
            .toList();
    verdicts.forEach(verdict ->
        html.element("th", Verdicts.words(RequirementVerdict.of(verdict)), "class", "number"));
    html.closeLine();
    units.forEach((unit, tests) -> unit(html, unit, verdicts, tests));
    unit(html, "Total", verdicts, conformance.tests());
    html.closeLine();
  }

  private static void unit(Html html, String unit, List<Verdict> verdicts, List<TestEntry> tests) {
    html.open("tr").element("td", unit).open("td").open("div", "class", "bar");
    for (Verdict verdict : verdicts) {
      long count = count(tests, verdict);
      if (count > 0) {
        html.element(
            "span",
            "",
            "class",
            verdict.name(),
            "style",
            "flex:" + count,
            "title",
            count + " " + verdict);
      }
    }
    html.close().close();
    for (Verdict verdict : verdicts) {
      long count = count(tests, verdict);
      html.element("td", count == 0 ? "" : Long.toString(count), "class", "number");
    }
    html.closeLine();
  }

  private static long count(List<TestEntry> tests, Verdict verdict) {
    return tests.stream().filter(test -> test.verdict() == verdict).count();
  }
}
