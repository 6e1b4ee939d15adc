package io.apictck.reports.site;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.RequirementVerdict;
import io.apictck.reports.json.TestEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An implementation in the matrix, and where its pages are. */
final class Column {
  private final Conformance conformance;
  private final String folder;
  private final Map<String, List<TestEntry>> tests = new HashMap<>();

  /**
   * A column.
   *
   * @param folder of its results, relative to the site, with a slash at its end; may be empty
   */
  Column(Conformance conformance, String folder) {
    this.conformance = conformance;
    this.folder = folder;
    for (TestEntry test : conformance.tests()) {
      for (String id : test.requirements()) {
        tests.computeIfAbsent(id, key -> new ArrayList<>()).add(test);
      }
    }
    Comparator<TestEntry> order =
        Comparator.comparing(TestEntry::expected)
            .thenComparing(test -> RequirementVerdict.of(test.verdict()))
            .thenComparing(TestEntry::id);
    tests.values().forEach(list -> list.sort(order));
  }

  Conformance conformance() {
    return conformance;
  }

  String folder() {
    return folder;
  }

  String title() {
    return conformance.target().title();
  }

  /** The tests of a requirement: unexpected ones first, then the worst first. */
  List<TestEntry> testsOf(String requirement) {
    return List.copyOf(tests.getOrDefault(requirement, List.of()));
  }

  RequirementVerdict verdictOf(String requirement) {
    return conformance.requirements().getOrDefault(requirement, RequirementVerdict.NOT_COVERED);
  }

  /** Address of the page of a test. */
  String page(TestEntry test) {
    return folder + "tests/" + test.key() + ".html";
  }
}
