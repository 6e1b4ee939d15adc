package io.apictck.reports.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What the script of the matrix knows of tests. */
public final class PanelJson {
  private static final int MAX_REASON = 300;

  private PanelJson() {}

  /**
   * A column of the matrix.
   *
   * @param folder where its results are, with a slash at its end; may be empty
   * @param tests tests of each requirement
   */
  public record Column(String folder, Map<String, List<TestEntry>> tests) {}

  /** An array with an object for each column; it can stand inside a script element. */
  public static String of(List<Column> columns) {
    return Json.compact(
            json -> {
              json.writeStartArray();
              for (Column column : columns) {
                write(json, column);
              }
              json.writeEndArray();
            })
        .replace("<", "\\u003c");
  }

  private static void write(JsonGenerator json, Column column) throws IOException {
    json.writeStartObject();
    for (Map.Entry<String, List<TestEntry>> requirement : column.tests().entrySet()) {
      json.writeArrayFieldStart(requirement.getKey());
      for (TestEntry test : requirement.getValue()) {
        json.writeStartObject();
        json.writeStringField("id", test.id());
        json.writeStringField("name", test.name());
        json.writeStringField("verdict", test.verdict().name());
        json.writeStringField("page", column.folder() + "tests/" + test.key() + ".html");
        json.writeStringField("reason", shorten(test.reason()));
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static String shorten(String reason) {
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "\u2026";
  }
}
