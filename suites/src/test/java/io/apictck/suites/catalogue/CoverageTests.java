package io.apictck.suites.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The build fails on an unknown requirement id and on a testable MUST that no test covers. */
final class CoverageTests {
  private final Catalogue catalogue = Catalogue.load();
  private final Coverage coverage = Coverage.scan();

  @Test
  void testsNameOnlyKnownRequirements() {
    assertThat(coverage.requirementIds())
        .allSatisfy(id -> assertThat(catalogue.find(id)).as(id).isPresent());
  }

  @Test
  void everyTestableMustIsCoveredButThoseThatAreListed() throws IOException {
    List<String> uncovered =
        catalogue.all().stream()
            .filter(requirement -> requirement.modality() == Modality.MUST)
            .filter(Requirement::isTestable)
            .map(Requirement::id)
            .filter(id -> coverage.testsOf(id).isEmpty())
            .toList();
    assertThat(uncovered)
        .as("testable MUST requirements that no test covers")
        .containsExactlyInAnyOrderElementsOf(listed());
  }

  private static List<String> listed() throws IOException {
    try (InputStream in = CoverageTests.class.getResourceAsStream("uncovered.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.substring(0, line.indexOf(' ')))
          .toList();
    }
  }

  @Test
  void untestableRequirementsHaveNoTests() {
    assertThat(catalogue.all().stream().filter(requirement -> !requirement.isTestable()))
        .allSatisfy(requirement ->
            assertThat(coverage.testsOf(requirement.id())).as(requirement.id()).isEmpty());
  }
}
