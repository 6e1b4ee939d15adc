package io.apictck.reports.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.machine.Measurement;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MeasurementJsonTests {
  @TempDir Path folder;

  @Test
  void measurementsComeBackAsTheyWere() throws IOException {
    List<Measurement> measurements =
        List.of(
            new Measurement("VM exits", "FlexPriority", "APIC access", 12),
            new Measurement("VM exits", "APICv", "APIC access", 0));
    TestEntry test =
        new TestEntry(
            "a.B#c",
            "c",
            "VMX",
            List.of(),
            Verdict.PASS,
            true,
            0.25,
            "",
            List.of(),
            measurements,
            "00");
    Conformance run =
        new Conformance(new TargetEntry("model", "1", "m"), 1, true, List.of(test), Map.of());
    Path file = Files.writeString(folder.resolve("conformance.json"), ConformanceWriter.write(run));
    assertThat(ConformanceReader.read(file).tests().getFirst().measurements())
        .isEqualTo(measurements);
  }
}
