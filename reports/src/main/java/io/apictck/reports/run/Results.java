package io.apictck.reports.run;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.RequirementVerdict;
import io.apictck.reports.json.TargetEntry;
import io.apictck.reports.json.TestEntry;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;
import io.apictck.verdict.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Judges the requirements of the catalogue by tests. */
public final class Results {
  private Results() {}

  /**
   * What came of some tests.
   *
   * @param covered ids of the requirements that have tests, whether these ran or not
   */
  public static Conformance of(
      TargetEntry target,
      double seconds,
      boolean complete,
      List<TestEntry> tests,
      Catalogue catalogue,
      Set<String> covered) {
    Map<String, List<Verdict>> verdicts = new HashMap<>();
    for (TestEntry test : tests) {
      for (String id : test.requirements()) {
        verdicts.computeIfAbsent(id, key -> new ArrayList<>()).add(test.verdict());
      }
    }
    Map<String, RequirementVerdict> requirements = new LinkedHashMap<>();
    for (Requirement requirement : catalogue.all()) {
      String id = requirement.id();
      requirements.put(
          id, RequirementVerdict.worst(verdicts.getOrDefault(id, List.of()), covered.contains(id)));
    }
    return new Conformance(target, seconds, complete, tests, requirements);
  }
}
