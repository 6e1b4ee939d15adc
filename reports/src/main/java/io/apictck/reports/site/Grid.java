package io.apictck.reports.site;

import io.apictck.suites.catalogue.Requirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** A table of requirements in a tree: units, sections in them, requirements in these. */
final class Grid {
  private Grid() {}

  /** What stands in the table besides the tree. */
  interface Cells {
    /** Cells in the row of a unit or section. */
    void group(Html html, List<Requirement> requirements);

    /** Cells in the row of a requirement. */
    void row(Html html, Requirement requirement);

    /** Whether a requirement is one of those that may be looked at alone. */
    boolean marked(Requirement requirement);
  }

  /**
   * Writes it, with its filter.
   *
   * @param heading headings of the columns after the first two
   * @param only name of those requirements that may be looked at alone
   */
  static void write(
      Html html, List<Requirement> requirements, List<String> heading, String only, Cells cells) {
    tools(html, only);
    html.open("table", "class", "grid").open("thead").open("tr");
    html.element("th", "Requirement").element("th", "");
    heading.forEach(title -> html.element("th", title));
    html.close().closeLine();
    units(requirements)
        .forEach((unit, sections) -> {
          List<Requirement> all = new ArrayList<>();
          sections.values().forEach(all::addAll);
          html.open("tbody", "class", "unit").open("tr", "class", "unit");
          html.element("th", unit, "colspan", "2");
          cells.group(html, all);
          html.close().closeLine();
          sections.forEach((section, rows) -> section(html, section, rows, cells));
        });
    html.closeLine();
  }

  private static void tools(Html html, String only) {
    html.open("div", "class", "tools");
    html.open(
        "input",
        "type",
        "search",
        "id",
        "search",
        "placeholder",
        "Filter: id, words, verdict",
        "aria-label",
        "Filter");
    html.open("label").open("input", "type", "checkbox", "id", "only").text(" " + only).close();
    html.element("span", "", "id", "shown", "class", "faint small").closeLine();
  }

  private static Map<String, SequencedMap<String, List<Requirement>>> units(
      List<Requirement> requirements) {
    Map<String, SequencedMap<String, List<Requirement>>> units = new LinkedHashMap<>();
    for (Requirement requirement : requirements) {
      units
          .computeIfAbsent(requirement.unit(), unit -> new LinkedHashMap<>())
          .computeIfAbsent(requirement.section(), section -> new ArrayList<>())
          .add(requirement);
    }
    return units;
  }

  private static void section(Html html, String section, List<Requirement> rows, Cells cells) {
    html.open("tbody", "class", "section").open("tr", "class", "section");
    html.open("th", "colspan", "2");
    html.element("button", section, "type", "button", "aria-expanded", "true").close();
    cells.group(html, rows);
    html.closeLine();
    for (Requirement requirement : rows) {
      Html row = new Html();
      cells.row(row, requirement);
      html.open(
          "tr",
          "class",
          "row",
          "id",
          requirement.id(),
          "data-mark",
          cells.marked(requirement) ? "1" : "0",
          "data-statement",
          requirement.statement(),
          "data-text",
          Texts.plain(
              requirement.id()
                  + " "
                  + requirement.statement()
                  + " "
                  + requirement.modality()
                  + " "
                  + row));
      html.element("td", requirement.id(), "class", "id");
      html.open("td").text(requirement.statement());
      html.open("br")
          .element(
              "span",
              requirement.source() + " \u00b7 " + requirement.modality(),
              "class",
              "faint small");
      html.close().raw(row.toString()).closeLine();
    }
    html.closeLine();
  }
}
