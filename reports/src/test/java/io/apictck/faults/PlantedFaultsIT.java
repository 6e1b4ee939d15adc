package io.apictck.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Do the suites tell right from wrong? Each planted fault turns at least one test red. */
final class PlantedFaultsIT {
  private static final Path FOLDER = Path.of("target");
  private static final String KNOWN_BUGS = "known-bugs.txt";

  /** A test takes long on a busy machine; that is no fault. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Some faults make tests hang. */
  private static final Duration HANG = Duration.ofSeconds(2);

  private static final List<FaultTable.Row> ROWS = new ArrayList<>();
  private static SuiteRun faultless;

  @BeforeAll
  static void runWithoutFault() {
    List<String> suites =
        PlantedFaults.all().stream()
            .flatMap(fault -> fault.suites().stream())
            .distinct()
            .sorted()
            .toList();
    faultless = SuiteRun.of("model", suites, PATIENCE);
  }

  @AfterAll
  static void writeTable() throws IOException {
    ROWS.sort(Comparator.comparing(FaultTable.Row::id));
    new FaultTable(ROWS, UnplantedEntry.all()).write(FOLDER);
  }

  @Test
  void nothingIsRedWithoutFault() {
    assertThat(faultless.tests(PlantedFaultsIT::isRed)).isEmpty();
    assertThat(faultless.count(Verdict.PASS)).isPositive();
  }

  @TestFactory
  Stream<DynamicTest> turnsATestRed() {
    return PlantedFaults.all().stream()
        .map(fault -> dynamicTest(fault.id() + ": " + fault.title(), () -> turnsRed(fault)));
  }

  private static void turnsRed(PlantedFault fault) {
    SuiteRun run = SuiteRun.of("faulty:fault=" + fault.id(), fault.suites(), HANG);
    List<String> red = new ArrayList<>(run.tests(verdict -> counts(verdict, fault)));
    red.removeAll(faultless.tests(PlantedFaultsIT::isRed));
    ROWS.add(FaultTable.Row.of(fault, run, red));
    assertThat(red).as("tests that notice that %s", fault.title()).isNotEmpty();
  }

  /** An implementation that dies is noticed by the death; all else needs a failed expectation. */
  private static boolean counts(Verdict verdict, PlantedFault fault) {
    return switch (fault.ending()) {
      case WRONG_ANSWER -> verdict == Verdict.FAIL;
      case CRASH -> isRed(verdict);
    };
  }

  private static boolean isRed(Verdict verdict) {
    return switch (verdict) {
      case FAIL, ERROR, TIMEOUT, CRASH -> true;
      case PASS, INFO, NOT_APPLICABLE -> false;
    };
  }

  @Test
  void everyKnownBugIsPlantedOrSaysWhyNot() throws IOException {
    Set<String> planted = new HashSet<>();
    PlantedFaults.all().stream()
        .map(PlantedFault::entry)
        .filter(entry -> entry.startsWith("BUG-"))
        .forEach(planted::add);
    List<String> accountedFor = new ArrayList<>(planted);
    UnplantedEntry.all().forEach(entry -> accountedFor.add(entry.id()));
    assertThat(accountedFor).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(known());
  }

  @Test
  void idsAreUnique() {
    assertThat(PlantedFaults.all()).extracting(PlantedFault::id).doesNotHaveDuplicates();
  }

  private static List<String> known() throws IOException {
    try (var stream = PlantedFaultsIT.class.getResourceAsStream(KNOWN_BUGS)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.substring(0, line.indexOf(' ')))
          .toList();
    }
  }
}
