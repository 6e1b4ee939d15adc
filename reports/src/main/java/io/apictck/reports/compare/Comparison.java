package io.apictck.reports.compare;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.TestEntry;
import io.apictck.verdict.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The differential check of several runs.
 *
 * @param targets titles of the targets, in the order of the columns
 * @param differences tests that the targets do not pass or fail alike
 * @param behaviours what was seen where the manual leaves the behaviour open
 */
public record Comparison(
    List<String> targets, List<Difference> differences, List<Behaviour> behaviours) {
  /** Takes copies. */
  public Comparison {
    targets = List.copyOf(targets);
    differences = List.copyOf(differences);
    behaviours = List.copyOf(behaviours);
  }

  /**
   * A test with different verdicts.
   *
   * @param test id of the test
   * @param requirements what it decides
   * @param verdicts one a target; empty where the test was not run
   */
  public record Difference(
      String test, List<String> requirements, List<Optional<Verdict>> verdicts) {
    /** Takes copies. */
    public Difference {
      requirements = List.copyOf(requirements);
      verdicts = List.copyOf(verdicts);
    }
  }

  /**
   * Something that implementations may do as they like.
   *
   * @param test id of the test that looked
   * @param requirements what leaves it open
   * @param what what was looked at
   * @param seen what each target did; empty where it was not seen
   */
  public record Behaviour(String test, List<String> requirements, String what, List<String> seen) {
    /** Takes copies. */
    public Behaviour {
      requirements = List.copyOf(requirements);
      seen = List.copyOf(seen);
    }

    /** Whether all targets that showed it do the same. */
    public boolean agreed() {
      return seen.stream().filter(text -> !text.isEmpty()).distinct().count() <= 1;
    }
  }

  /** Compares runs. */
  public static Comparison of(List<Conformance> runs) {
    List<Map<String, TestEntry>> columns = new ArrayList<>();
    Map<String, TestEntry> all = new TreeMap<>();
    for (Conformance run : runs) {
      Map<String, TestEntry> column = new HashMap<>();
      run.tests().forEach(test -> column.put(test.id(), test));
      columns.add(column);
      all.putAll(column);
    }
    List<Difference> differences = new ArrayList<>();
    List<Behaviour> behaviours = new ArrayList<>();
    for (TestEntry test : all.values()) {
      List<Optional<TestEntry>> row =
          columns.stream().map(column -> Optional.ofNullable(column.get(test.id()))).toList();
      List<Optional<Verdict>> verdicts =
          row.stream().map(entry -> entry.map(TestEntry::verdict)).toList();
      if (differ(verdicts)) {
        differences.add(new Difference(test.id(), test.requirements(), verdicts));
      }
      behaviours.addAll(behaviours(test, row));
    }
    return new Comparison(
        runs.stream().map(run -> run.target().title()).toList(), differences, behaviours);
  }

  /** A test that does not apply to a target, or was not run on it, says nothing about it. */
  private static boolean differ(List<Optional<Verdict>> verdicts) {
    Set<Verdict> different = new HashSet<>();
    verdicts.forEach(verdict -> verdict.ifPresent(different::add));
    different.remove(Verdict.NOT_APPLICABLE);
    return different.size() > 1;
  }

  private static List<Behaviour> behaviours(TestEntry test, List<Optional<TestEntry>> row) {
    List<Map<String, String>> seen =
        row.stream().map(entry -> entry.map(Comparison::observed).orElse(Map.of())).toList();
    Set<String> whats = new LinkedHashSet<>();
    seen.forEach(observed -> whats.addAll(observed.keySet()));
    return whats.stream()
        .map(what ->
            new Behaviour(
                test.id(),
                test.requirements(),
                what,
                seen.stream().map(observed -> observed.getOrDefault(what, "")).toList()))
        .toList();
  }

  /** What was looked at, and what was seen: the two sides of the colon. */
  private static Map<String, String> observed(TestEntry test) {
    Map<String, String> observed = new LinkedHashMap<>();
    for (String text : test.observations()) {
      int colon = text.indexOf(": ");
      String what = colon < 0 ? text : text.substring(0, colon);
      String value = colon < 0 ? "yes" : text.substring(colon + 2);
      observed.merge(what, value, (before, more) -> before + "; " + more);
    }
    return observed;
  }
}
