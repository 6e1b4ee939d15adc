package io.apictck.reports.site;

import io.apictck.reports.json.PanelJson;
import io.apictck.reports.json.RequirementVerdict;
import io.apictck.reports.json.TestEntry;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requirements against implementations. A click on a cell shows its tests beside the table. */
final class MatrixPage implements Grid.Cells {
  private final List<Column> columns;
  private final Catalogue catalogue;

  MatrixPage(List<Column> columns, Catalogue catalogue) {
    this.columns = columns;
    this.catalogue = catalogue;
  }

  void write(Html html) {
    html.element("h1", "Conformance matrix");
    Verdicts.legend(html);
    Grid.write(
        html,
        catalogue.all(),
        columns.stream().map(Column::title).toList(),
        "only those that do not simply pass",
        this);
    panel(html);
    html.open("script", "type", "application/json", "id", "tests").raw(json()).closeLine();
    Page.script(html, Resources.FILTER);
    Page.script(html, Resources.PANEL);
  }

  private static void panel(Html html) {
    html.open("aside", "id", "panel", "hidden", "").open("div", "class", "head");
    html.element("button", "Close", "type", "button", "id", "panel-close");
    html.element("b", "", "id", "panel-title").open("ul", "id", "panel-tests").close().close();
    html.element("iframe", "", "id", "panel-frame", "title", "Test").closeLine();
  }

  private String json() {
    return PanelJson.of(
        columns.stream()
            .map(column -> {
              Map<String, List<TestEntry>> tests = new LinkedHashMap<>();
              for (Requirement requirement : catalogue.all()) {
                tests.put(requirement.id(), column.testsOf(requirement.id()));
              }
              return new PanelJson.Column(column.folder(), tests);
            })
            .toList());
  }

  @Override
  public void group(Html html, List<Requirement> requirements) {
    for (Column column : columns) {
      Map<RequirementVerdict, Integer> counts = new EnumMap<>(RequirementVerdict.class);
      requirements.forEach(
          requirement -> counts.merge(column.verdictOf(requirement.id()), 1, Integer::sum));
      StringBuilder text = new StringBuilder();
      counts.forEach((verdict, count) ->
          text.append(text.isEmpty() ? "" : "  ")
              .append(count)
              .append('\u00a0')
              .append(Verdicts.sign(verdict)));
      html.element("th", text.toString(), "class", "cell count");
    }
  }

  @Override
  public void row(Html html, Requirement requirement) {
    for (int i = 0; i < columns.size(); i++) {
      cell(html, columns.get(i), i, requirement);
    }
  }

  private static void cell(Html html, Column column, int index, Requirement requirement) {
    RequirementVerdict verdict = column.verdictOf(requirement.id());
    List<TestEntry> tests = column.testsOf(requirement.id());
    String sign = Verdicts.sign(verdict) + (tests.size() > 1 ? " " + tests.size() : "");
    html.open("td", "class", "cell");
    if (tests.isEmpty()) {
      String why = requirement.isTestable() ? Verdicts.words(verdict) : requirement.untestable();
      html.element("span", sign, "class", "v " + verdict, "title", why);
    } else {
      boolean unexpected = tests.stream().anyMatch(test -> !test.expected());
      html.element(
          "a",
          sign,
          "class",
          "v " + verdict + (unexpected ? " unexpected" : ""),
          "href",
          column.page(tests.getFirst()),
          "data-column",
          Integer.toString(index),
          "data-requirement",
          requirement.id(),
          "title",
          Verdicts.words(verdict) + ", " + tests.size() + " tests on " + column.title());
    }
    // for the filter, which looks for words
    html.element("span", " " + Verdicts.words(verdict), "hidden", "").close();
  }

  @Override
  public boolean marked(Requirement requirement) {
    return columns.stream()
        .anyMatch(column ->
            column.verdictOf(requirement.id()) != RequirementVerdict.PASS
                || column.testsOf(requirement.id()).stream().anyMatch(test -> !test.expected()));
  }
}
