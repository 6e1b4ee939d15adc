package io.apictck.reports.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.apictck.machine.Measurement;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Writes {@code conformance.json}. */
public final class ConformanceWriter {
  private ConformanceWriter() {}

  /** The text of the file. */
  public static String write(Conformance conformance) {
    return Json.text(json -> write(json, conformance));
  }

  private static void write(JsonGenerator json, Conformance conformance) throws IOException {
    json.writeStartObject();
    json.writeStringField("format", Conformance.FORMAT);
    json.writeObjectFieldStart("target");
    json.writeStringField("name", conformance.target().name());
    json.writeStringField("version", conformance.target().version());
    json.writeStringField("platform", conformance.target().platform());
    json.writeEndObject();
    Json.seconds(json, conformance.seconds());
    json.writeBooleanField("complete", conformance.complete());
    json.writeObjectFieldStart("counts");
    for (Map.Entry<Verdict, Integer> count : conformance.counts().entrySet()) {
      json.writeNumberField(count.getKey().name(), count.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("tests");
    for (TestEntry test : conformance.tests()) {
      write(json, test);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("requirements");
    for (Map.Entry<String, RequirementVerdict> requirement :
        conformance.requirements().entrySet()) {
      json.writeStartObject();
      json.writeStringField("id", requirement.getKey());
      json.writeStringField("verdict", requirement.getValue().name());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeMeasurements(JsonGenerator json, List<Measurement> measurements)
      throws IOException {
    json.writeArrayFieldStart("measurements");
    for (Measurement measurement : measurements) {
      json.writeStartObject();
      json.writeStringField("table", measurement.table());
      json.writeStringField("row", measurement.row());
      json.writeStringField("column", measurement.column());
      json.writeNumberField("value", measurement.value());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, TestEntry test) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", test.id());
    json.writeStringField("name", test.name());
    json.writeStringField("unit", test.unit());
    Json.strings(json, "requirements", test.requirements());
    json.writeStringField("verdict", test.verdict().name());
    json.writeBooleanField("expected", test.expected());
    Json.seconds(json, test.seconds());
    json.writeStringField("reason", test.reason());
    Json.strings(json, "observations", test.observations());
    if (!test.measurements().isEmpty()) {
      writeMeasurements(json, test.measurements());
    }
    json.writeStringField("trace", test.trace());
    json.writeEndObject();
  }
}
