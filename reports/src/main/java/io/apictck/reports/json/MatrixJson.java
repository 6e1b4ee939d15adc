package io.apictck.reports.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Writes {@code matrix.json}: requirements against implementations. */
public final class MatrixJson {
  /** Version of the format. */
  public static final String FORMAT = "apic-tck-matrix/1";

  /** Name of the file. */
  public static final String FILE = "matrix.json";

  private MatrixJson() {}

  /**
   * The text of the file.
   *
   * @param runs results by the folder they are in
   */
  public static String write(Map<String, Conformance> runs) {
    return Json.text(json -> write(json, runs));
  }

  private static void write(JsonGenerator json, Map<String, Conformance> runs) throws IOException {
    json.writeStartObject();
    json.writeStringField("format", FORMAT);
    json.writeArrayFieldStart("targets");
    for (Map.Entry<String, Conformance> run : runs.entrySet()) {
      Conformance conformance = run.getValue();
      json.writeStartObject();
      json.writeStringField("name", conformance.target().name());
      json.writeStringField("version", conformance.target().version());
      json.writeStringField("platform", conformance.target().platform());
      json.writeStringField("folder", run.getKey());
      json.writeBooleanField("complete", conformance.complete());
      json.writeNumberField("unexpected", conformance.unexpected().size());
      json.writeObjectFieldStart("counts");
      for (Map.Entry<Verdict, Integer> count : conformance.counts().entrySet()) {
        json.writeNumberField(count.getKey().name(), count.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("requirements");
    Set<String> ids = new LinkedHashSet<>();
    runs.values().forEach(run -> ids.addAll(run.requirements().keySet()));
    for (String id : ids) {
      json.writeStartObject();
      json.writeStringField("id", id);
      Json.strings(
          json,
          "verdicts",
          runs.values().stream()
              .map(run -> run.requirements().getOrDefault(id, RequirementVerdict.NOT_COVERED))
              .map(RequirementVerdict::name)
              .toList());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
