package io.apictck.reports.json;

import io.apictck.machine.Measurement;
import io.apictck.verdict.Verdict;
import java.util.List;

/**
 * A test in {@code conformance.json}.
 *
 * @param id class, method and mode
 * @param name for readers
 * @param unit unit of the catalogue
 * @param requirements ids of the requirements that it decides
 * @param verdict what came of it
 * @param expected whether that was to be expected
 * @param seconds wall-clock time
 * @param reason why; empty for a plain pass
 * @param observations what it recorded where the manual leaves the behaviour open
 * @param measurements numbers that it found
 * @param trace digest of its trace, 16 hexadecimal digits
 */
public record TestEntry(
    String id,
    String name,
    String unit,
    List<String> requirements,
    Verdict verdict,
    boolean expected,
    double seconds,
    String reason,
    List<String> observations,
    List<Measurement> measurements,
    String trace) {
  /** Takes copies of the lists. */
  public TestEntry {
    requirements = List.copyOf(requirements);
    observations = List.copyOf(observations);
    measurements = List.copyOf(measurements);
  }

  /** Name of the file of its page, without an ending; the same in every run. */
  public String key() {
    return Keys.of(id);
  }
}
