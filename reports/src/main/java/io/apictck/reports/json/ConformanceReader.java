package io.apictck.reports.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.apictck.machine.Measurement;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code conformance.json}. */
public final class ConformanceReader {
  private final Path file;

  private ConformanceReader(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws JsonFormatException if it cannot be read or is something else
   */
  public static Conformance read(Path file) {
    return new ConformanceReader(file).read();
  }

  private Conformance read() {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw bad("is not valid JSON (" + e.getOriginalMessage() + ")", e);
    } catch (IOException e) {
      throw bad("cannot be read (" + e.getMessage() + ")", e);
    }
    String format = root.path("format").asText();
    if (!format.equals(Conformance.FORMAT)) {
      throw bad("has format \"" + format + "\" instead of \"" + Conformance.FORMAT + "\"", null);
    }
    try {
      return conformance(root);
    } catch (IllegalArgumentException e) {
      throw bad("is damaged (" + e.getMessage() + ")", e);
    }
  }

  private static Conformance conformance(JsonNode root) {
    List<TestEntry> tests = new ArrayList<>();
    root.required("tests").forEach(test -> tests.add(test(test)));
    Map<String, RequirementVerdict> requirements = new LinkedHashMap<>();
    root.required("requirements")
        .forEach(requirement ->
            requirements.put(
                text(requirement, "id"), RequirementVerdict.valueOf(text(requirement, "verdict"))));
    JsonNode target = root.required("target");
    return new Conformance(
        new TargetEntry(
            text(target, "name"), text(target, "version"), target.path("platform").asText("")),
        root.required("seconds").asDouble(),
        root.path("complete").asBoolean(true),
        tests,
        requirements);
  }

  private static TestEntry test(JsonNode test) {
    List<String> requirements = new ArrayList<>();
    test.required("requirements").forEach(id -> requirements.add(id.asText()));
    List<String> observations = new ArrayList<>();
    test.path("observations").forEach(text -> observations.add(text.asText()));
    return new TestEntry(
        text(test, "id"),
        text(test, "name"),
        text(test, "unit"),
        requirements,
        Verdict.valueOf(text(test, "verdict")),
        test.required("expected").asBoolean(),
        test.required("seconds").asDouble(),
        text(test, "reason"),
        observations,
        measurements(test),
        test.path("trace").asText(""));
  }

  private static List<Measurement> measurements(JsonNode test) {
    List<Measurement> measurements = new ArrayList<>();
    test.path("measurements")
        .forEach(measurement ->
            measurements.add(
                new Measurement(
                    text(measurement, "table"),
                    text(measurement, "row"),
                    text(measurement, "column"),
                    measurement.required("value").asLong())));
    return measurements;
  }

  private static String text(JsonNode node, String field) {
    return node.required(field).asText();
  }

  private JsonFormatException bad(String what, Throwable cause) {
    String message = file + " " + what + "; name folders that apic-tck run has written";
    return cause == null
        ? new JsonFormatException(message)
        : new JsonFormatException(message, cause);
  }
}
