package io.apictck.reports.site;

import io.apictck.reports.json.RequirementVerdict;
import io.apictck.reports.json.TestEntry;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Coverage;
import io.apictck.suites.catalogue.Requirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every requirement with its tests, and those without, with the reason. */
final class RequirementsPage implements Grid.Cells {
  private final List<Column> columns;
  private final Catalogue catalogue;
  private final Coverage coverage;

  RequirementsPage(List<Column> columns, Catalogue catalogue, Coverage coverage) {
    this.columns = columns;
    this.catalogue = catalogue;
    this.coverage = coverage;
  }

  void write(Html html) {
    List<Requirement> all = catalogue.all();
    html.element("h1", "Requirements and their tests");
    long covered = all.stream().filter(this::isCovered).count();
    long untestable = all.stream().filter(requirement -> !requirement.isTestable()).count();
    html.element(
        "p",
        "%d requirements: %d with tests, %d that no test can observe, %d without a test yet."
            .formatted(
                all.size(),
                covered,
                untestable,
                all.stream().filter(r -> r.isTestable() && !isCovered(r)).count()));
    Grid.write(html, all, List.of("Tests"), "only those without a test", this);
    Page.script(html, Resources.FILTER);
  }

  private boolean isCovered(Requirement requirement) {
    return !coverage.testsOf(requirement.id()).isEmpty();
  }

  @Override
  public void group(Html html, List<Requirement> requirements) {
    long covered = requirements.stream().filter(this::isCovered).count();
    html.element("th", covered + " of " + requirements.size() + " with tests", "class", "count");
  }

  @Override
  public void row(Html html, Requirement requirement) {
    html.open("td", "class", "small");
    if (!requirement.isTestable()) {
      html.element("span", "No test: " + requirement.untestable(), "class", "faint");
    }
    Map<String, List<Html>> badges = badges(requirement.id());
    List<String> methods = new ArrayList<>(coverage.testsOf(requirement.id()));
    methods.sort(null);
    for (String method : methods) {
      html.open("div").text(shorten(method));
      badges.getOrDefault(method, List.of()).forEach(badge -> html.text(" ").raw(badge.toString()));
      html.close();
    }
    if (requirement.isTestable() && methods.isEmpty()) {
      html.element("span", "No test yet.", "class", "faint");
    }
    html.close();
  }

  /** A badge for each test that ran, by method. */
  private Map<String, List<Html>> badges(String requirement) {
    Map<String, List<Html>> badges = new LinkedHashMap<>();
    for (Column column : columns) {
      for (TestEntry test : column.testsOf(requirement)) {
        int bracket = test.id().lastIndexOf('[');
        String method = bracket < 0 ? test.id() : test.id().substring(0, bracket);
        RequirementVerdict verdict = RequirementVerdict.of(test.verdict());
        Html badge = new Html();
        badge.element(
            "a",
            Verdicts.sign(verdict),
            "class",
            "v " + verdict,
            "href",
            column.page(test),
            "title",
            test.name() + " on " + column.title());
        badges.computeIfAbsent(method, key -> new ArrayList<>()).add(badge);
      }
    }
    return badges;
  }

  private static String shorten(String method) {
    int hash = method.indexOf('#');
    return method.substring(method.lastIndexOf('.', hash) + 1).replace("#", " \u203a ");
  }

  @Override
  public boolean marked(Requirement requirement) {
    return !isCovered(requirement);
  }
}
