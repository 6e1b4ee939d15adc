package io.apictck.reports.site;

import io.apictck.machine.Measurement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tables of numbers that tests found, each row with a bar that is divided as its numbers are. */
final class MeasurementsPage {
  private static final int COLOURS = 10;

  private final List<Column> columns;

  MeasurementsPage(List<Column> columns) {
    this.columns = columns;
  }

  /** A table: numbers by row and column, in the order in which they came. */
  private record Table(Map<String, Map<String, Long>> rows, List<String> columns) {
    Table() {
      this(new LinkedHashMap<>(), new ArrayList<>());
    }

    void add(Measurement measurement) {
      rows.computeIfAbsent(measurement.row(), row -> new LinkedHashMap<>())
          .merge(measurement.column(), measurement.value(), Long::sum);
      if (!columns.contains(measurement.column())) {
        columns.add(measurement.column());
      }
    }

    long most() {
      return rows.values().stream().mapToLong(Table::sum).max().orElse(0);
    }

    static long sum(Map<String, Long> row) {
      return row.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  void write(Html html) {
    boolean any = false;
    for (Column column : columns) {
      Map<String, Table> tables = tables(column);
      if (tables.isEmpty()) {
        continue;
      }
      any = true;
      html.element("h1", column.title()).raw("\n");
      tables.forEach((name, table) -> write(html, name, table));
    }
    if (!any) {
      html.element("p", "No test of these runs measured anything.");
    }
  }

  private static Map<String, Table> tables(Column column) {
    Map<String, Table> tables = new LinkedHashMap<>();
    column
        .conformance()
        .tests()
        .forEach(test ->
            test.measurements()
                .forEach(measurement ->
                    tables
                        .computeIfAbsent(measurement.table(), name -> new Table())
                        .add(measurement)));
    return tables;
  }

  private static void write(Html html, String name, Table table) {
    html.element("h2", name);
    legend(html, table);
    html.open("div", "class", "wide").open("table", "class", "measured").open("tr");
    html.element("th", "").element("th", "");
    table.columns().forEach(column -> html.element("th", column, "class", "number"));
    html.element("th", "sum", "class", "number").closeLine();
    table.rows().entrySet().stream()
        .sorted(Comparator.comparingLong(row -> -Table.sum(row.getValue())))
        .forEach(row -> row(html, table, row.getKey(), row.getValue()));
    html.close().closeLine();
  }

  private static void legend(Html html, Table table) {
    html.open("p", "class", "small");
    for (int i = 0; i < table.columns().size(); i++) {
      html.element("span", "", "class", "key c" + i % COLOURS);
      html.text(" " + table.columns().get(i) + "  ");
    }
    html.closeLine();
  }

  private static void row(Html html, Table table, String name, Map<String, Long> values) {
    long sum = Table.sum(values);
    html.open("tr").element("td", name).open("td");
    html.open("div", "class", "bar measured");
    for (int i = 0; i < table.columns().size(); i++) {
      long value = values.getOrDefault(table.columns().get(i), 0L);
      if (value > 0) {
        html.element(
            "span",
            "",
            "class",
            "c" + i % COLOURS,
            "style",
            "flex:" + value,
            "title",
            value + " " + table.columns().get(i));
      }
    }
    long rest = table.most() - sum;
    if (rest > 0) {
      html.element("span", "", "style", "flex:" + rest);
    }
    html.close().close();
    for (String column : table.columns()) {
      Long value = values.get(column);
      html.element("td", value == null ? "" : value.toString(), "class", "number");
    }
    html.element("td", Long.toString(sum), "class", "number").closeLine();
  }
}
