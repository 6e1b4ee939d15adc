package io.apictck.reports.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConformanceJsonTests {
  private static final Conformance CONFORMANCE =
      new Conformance(
          new TargetEntry("model", "0.1.0", "reference"),
          1.5,
          true,
          List.of(
              new TestEntry(
                  "a.B#c[x2APIC]",
                  "c (x2APIC)",
                  "Local APIC",
                  List.of("LAPIC-EOI-001"),
                  Verdict.FAIL,
                  false,
                  0.25,
                  "expected \"1\"",
                  List.of("ICR reads back: 0"),
                  List.of(),
                  "00000000000000ff")),
          Map.of("LAPIC-EOI-001", RequirementVerdict.FAIL));

  @TempDir Path folder;

  @Test
  void hasTheDocumentedShape() {
    assertThat(ConformanceWriter.write(CONFORMANCE))
        .isEqualTo(
            """
            {
              "format": "apic-tck-conformance/1",
              "target": {
                "name": "model",
                "version": "0.1.0",
                "platform": "reference"
              },
              "seconds": 1.500000,
              "complete": true,
              "counts": {
                "PASS": 0,
                "FAIL": 1,
                "INFO": 0,
                "NOT_APPLICABLE": 0,
                "ERROR": 0,
                "TIMEOUT": 0,
                "CRASH": 0
              },
              "tests": [
                {
                  "id": "a.B#c[x2APIC]",
                  "name": "c (x2APIC)",
                  "unit": "Local APIC",
                  "requirements": [
                    "LAPIC-EOI-001"
                  ],
                  "verdict": "FAIL",
                  "expected": false,
                  "seconds": 0.250000,
                  "reason": "expected \\"1\\"",
                  "observations": [
                    "ICR reads back: 0"
                  ],
                  "trace": "00000000000000ff"
                }
              ],
              "requirements": [
                {
                  "id": "LAPIC-EOI-001",
                  "verdict": "FAIL"
                }
              ]
            }
            """);
  }

  @Test
  void isReadAsItWasWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("c.json"), ConformanceWriter.write(CONFORMANCE));
    assertThat(ConformanceReader.read(file)).isEqualTo(CONFORMANCE);
  }

  @Test
  void aFileOfAnotherKindIsRefusedInASentence() throws IOException {
    Path file = Files.writeString(folder.resolve("c.json"), "{\"format\": \"other/7\"}");
    assertThatExceptionOfType(JsonFormatException.class)
        .isThrownBy(() -> ConformanceReader.read(file))
        .withMessageContainingAll(file.toString(), "other/7", "apic-tck-conformance/1");
    Files.writeString(file, "{\"format\": ");
    assertThatExceptionOfType(JsonFormatException.class)
        .isThrownBy(() -> ConformanceReader.read(file))
        .withMessageContaining("not valid JSON");
    Files.writeString(file, "{\"format\": \"apic-tck-conformance/1\"}");
    assertThatExceptionOfType(JsonFormatException.class)
        .isThrownBy(() -> ConformanceReader.read(file))
        .withMessageContaining("damaged");
  }
}
