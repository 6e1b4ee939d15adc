package io.apictck.reports.json;

import io.apictck.verdict.Verdict;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of a run: the contents of {@code conformance.json}.
 *
 * @param target what was tested
 * @param seconds wall-clock time
 * @param complete whether the run came to its end
 * @param tests the tests, by id
 * @param requirements every requirement of the catalogue and its verdict, in the catalogue's order
 */
public record Conformance(
    TargetEntry target,
    double seconds,
    boolean complete,
    List<TestEntry> tests,
    Map<String, RequirementVerdict> requirements) {
  /** Version of the format. */
  public static final String FORMAT = "apic-tck-conformance/1";

  /** Name of the file. */
  public static final String FILE = "conformance.json";

  /** Takes copies. */
  public Conformance {
    tests = List.copyOf(tests);
    requirements = new LinkedHashMap<>(requirements);
  }

  /** How many tests had each verdict; all verdicts are there. */
  public Map<Verdict, Integer> counts() {
    Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
    for (Verdict verdict : Verdict.values()) {
      counts.put(verdict, 0);
    }
    tests.forEach(test -> counts.merge(test.verdict(), 1, Integer::sum));
    return counts;
  }

  /** Tests whose verdict was not to be expected. */
  public List<TestEntry> unexpected() {
    return tests.stream().filter(test -> !test.expected()).toList();
  }

  /** How many tests failed as they were known to. */
  public int knownIssues() {
    return (int) tests.stream().filter(test -> test.expected() && failed(test)).count();
  }

  private static boolean failed(TestEntry test) {
    return switch (test.verdict()) {
      case FAIL, ERROR, TIMEOUT, CRASH -> true;
      case PASS, INFO, NOT_APPLICABLE -> false;
    };
  }

  /** The tests that decide a requirement. */
  public List<TestEntry> testsOf(String requirement) {
    return tests.stream().filter(test -> test.requirements().contains(requirement)).toList();
  }
}
