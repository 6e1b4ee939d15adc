package io.apictck.junit;

import io.apictck.machine.Measurement;
import io.apictck.trace.Trace;
import io.apictck.verdict.Verdict;
import java.util.List;

/**
 * What came of a test.
 *
 * @param id stable: class, method and mode, as in {@code
 *     io.apictck.suites.lapic.EndOfInterruptTests#clearsHighest[x2APIC]}
 * @param name for readers: the method's name in words, and the mode
 * @param testClass class
 * @param methodName method
 * @param mode {@code xAPIC} or {@code x2APIC} if the test runs in each mode, else empty
 * @param covers requirements that it decides
 * @param ports checks of kvm-unit-tests that it carries
 * @param verdict verdict
 * @param expected whether the verdict was to be expected
 * @param reason why the verdict is what it is, or why it was not expected; empty for a plain pass
 * @param observations what it recorded
 * @param measurements numbers that it found
 * @param trace what was done and seen
 * @param seconds wall-clock time it took, without that of opening its machine if it could be opened
 * @param target the target as it was written
 * @param platform name of the implementation; empty if it could not be opened
 * @param version version of the implementation; empty if it could not be opened
 */
public record TestResult(
    String id,
    String name,
    Class<?> testClass,
    String methodName,
    String mode,
    List<String> covers,
    List<String> ports,
    Verdict verdict,
    boolean expected,
    String reason,
    List<String> observations,
    List<Measurement> measurements,
    Trace trace,
    double seconds,
    String target,
    String platform,
    String version) {
  /** Takes copies of the lists. */
  public TestResult {
    covers = List.copyOf(covers);
    ports = List.copyOf(ports);
    observations = List.copyOf(observations);
    measurements = List.copyOf(measurements);
  }
}
