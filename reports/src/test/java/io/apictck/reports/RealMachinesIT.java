package io.apictck.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.platform.PlatformProvider;
import io.apictck.reports.cli.CommandLines;
import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.ConformanceReader;
import io.apictck.reports.json.TestEntry;
import io.apictck.target.Targets;
import io.apictck.verdict.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A part of the suites on each real machine that this computer has; says which it has not. */
final class RealMachinesIT {
  private static final List<Verdict> NEVER = List.of(Verdict.ERROR, Verdict.TIMEOUT, Verdict.CRASH);

  @TempDir Path results;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(strings = {"kvm", "qemu", "bochs"})
  void runsTheSuites(String target) {
    PlatformProvider provider =
        Targets.load().all().stream()
            .filter(candidate -> candidate.name().equals(target))
            .findFirst()
            .orElseThrow();
    List<String> obstacles = provider.obstacles();
    if (!obstacles.isEmpty()) {
      System.out.println(
          "[apic-tck] left out: tests on the target "
              + target
              + ": "
              + String.join("; ", obstacles));
    }
    assumeTrue(obstacles.isEmpty(), () -> String.join("; ", obstacles));
    int code =
        CommandLines.execute(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            "run",
            "--target=" + target,
            "--test=*DeliveryTests*",
            "--test=*EndOfInterruptTests*",
            "--test=*HaltTests*",
            "--test=*NmiTests*",
            "--test=*StartupTests*",
            "--test=*PhysicalDestinationTests*",
            "--no-site",
            "--output=" + results);
    assertThat(code).as("%s%n%s", out, err).isIn(CommandLines.OK, CommandLines.UNEXPECTED);
    Conformance conformance = ConformanceReader.read(results.resolve(Conformance.FILE));
    System.out.println(
        "[apic-tck] %s: %s in %.1f s"
            .formatted(conformance.target().title(), conformance.counts(), conformance.seconds()));
    assertThat(conformance.complete()).isTrue();
    assertThat(conformance.counts().get(Verdict.PASS)).isGreaterThan(20);
    assertThat(conformance.unexpected())
        .filteredOn(test -> NEVER.contains(test.verdict()))
        .extracting(TestEntry::id, TestEntry::reason)
        .isEmpty();
  }
}
