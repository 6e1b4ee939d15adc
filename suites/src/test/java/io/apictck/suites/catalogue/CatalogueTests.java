package io.apictck.suites.catalogue;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTests {

  @Nested
  class ShippedCatalogue {
    private final Catalogue catalogue = Catalogue.load();

    @ParameterizedTest
    @CsvSource({
      "BASE-RST, 4",
      "BASE-TR, 9",
      "BASE-RSV, 2",
      "BASE-DIS, 4",
      "BASE-REL, 2",
      "LAPIC-REG, 23",
      "LAPIC-LVT, 20",
      "LAPIC-TIM, 16",
      "LAPIC-TSCD, 12",
      "LAPIC-ICR, 30",
      "LAPIC-PRI, 15",
      "LAPIC-ACC, 13",
      "LAPIC-EOI, 10",
      "LAPIC-SPU, 4",
      "LAPIC-ESR, 10",
      "X2-MAP, 4",
      "X2-RO, 1",
      "X2-WO, 1",
      "X2-RSV, 10",
      "X2-ID, 4",
      "X2-SELF, 3",
      "X2-ORD, 1",
      "INIT, 11",
      "CPU-IF, 5",
      "CPU-SHD, 8",
      "CPU-NMI, 6",
      "CPU-HLT, 6",
      "CPU-ORD, 5",
      "CPU-MWAIT, 2",
      "MSI-MSG, 19",
      "MSI-CAP, 12",
      "MSIX-CAP, 13",
      "PIC-INIT, 17",
      "PIC-OCW, 12",
      "PIC-EDG, 7",
      "PIC-LVL, 5",
      "PIC-PRI, 7",
      "PIC-EOI, 8",
      "PIC-SMM, 3",
      "PIC-POL, 4",
      "PIC-CAS, 5",
      "PIC-ELCR, 6",
      "IOA-REG, 13",
      "IOA-EDG, 8",
      "IOA-LVL, 18",
      "IOA-DLV, 14",
      "IOA-EOI, 5",
      "GSI-TAB, 4",
      "GSI-MAP, 12",
      "VW-A, 9",
      "VW-B, 3",
      "VW-SYM, 2",
      "VW-IMCR, 1",
      "VMX-WIN, 10",
      "VMX-INIT, 8",
      "VMX-CR8, 4",
      "VMX-MSR, 6",
      "APICV-STA, 3",
      "APICV-PPR, 4",
      "APICV-TPR, 4",
      "APICV-EVAL, 7",
      "APICV-DELV, 13",
      "APICV-EOI, 9",
      "APICV-IPI, 9",
      "APICV-AWX, 7",
      "APICV-TMR, 1",
      "PI-CTL, 1",
      "PI-DSC, 4",
      "PI-STEP, 11",
      "PI-WHEN, 12",
      "PI-SW, 3",
      "IPIV-CAP, 2",
      "IPIV-CHK, 6",
      "IPIV-XA, 7",
      "IPIV-X2, 6",
      "IPIV-OP, 11",
      "IPIV-UI, 5",
      "IPIV-SW, 4",
      "LPT-SW, 8",
      "LPT-MSR, 7",
      "LPT-IPI, 6",
      "LPT-INT, 12",
      "UINTR-ENUM, 3",
      "UINTR-MSR, 7",
      "UINTR-SEND, 13",
      "UINTR-NOT, 8",
      "UINTR-DEL, 15",
      "UINTR-INS, 9",
      "UINTR-XS, 5",
      "UINTR-KRN, 3",
      "UINTR-VMX, 8",
      "VTPI-IRTE, 7",
      "VTPI-PID, 5",
      "VTPI-OP, 14",
      "VTPI-E2E, 2",
      "VTPI-SW, 11"
    })
    void holdsEveryRequirementOfAGroup(String group, int count) {
      List<Requirement> requirements = catalogue.matching(group + "-*");

      assertThat(requirements).hasSize(count);
      assertThat(requirements.getFirst().id()).isEqualTo(group + "-001");
      assertThat(requirements.getLast().id()).isEqualTo("%s-%03d".formatted(group, count));
    }

    /** The numbers that are missing have no requirement in the list the catalogue was made from. */
    @ParameterizedTest
    @CsvSource({
      "VMX-CAP, 9, 10",
      "VMX-CTL, 16, 18",
      "VMX-EXT, 15, 16",
      "VMX-NMI, 11, 12",
      "VMX-INJ, 27, 29",
      "VMX-INFO, 6, 8",
      "VMX-ACT, 7, 8",
      "FLEX-CR8, 5, 7",
      "FLEX-THR, 8, 10",
      "FLEX-AA, 22, 23",
      "APICV-REG, 8, 10",
      "APICV-X2, 11, 13",
      "APICV-ENT, 7, 8"
    })
    void holdsEveryRequirementOfAGroupWithGaps(String group, int count, int last) {
      List<Requirement> requirements = catalogue.matching(group + "-*");

      assertThat(requirements).hasSize(count);
      assertThat(requirements.getFirst().id()).isEqualTo(group + "-001");
      assertThat(requirements.getLast().id()).isEqualTo("%s-%03d".formatted(group, last));
    }

    @ParameterizedTest
    @CsvSource({
      "VMX, 119",
      "FlexPriority, 35",
      "APICv, 83",
      "Posted interrupts, 31",
      "IPI virtualization, 41",
      "LAPIC pass-through, 33",
      "User interrupts, 71",
      "Interrupt remapping, 80",
      "VT-d posted interrupts, 39"
    })
    void holdsEveryRequirementOfAUnit(String unit, int count) {
      assertThat(catalogue.all())
          .filteredOn(requirement -> requirement.unit().equals(unit))
          .hasSize(count);
    }

    @Test
    void countsRequirementsByModality() {
      Map<Modality, Long> counts =
          List.of("BASE-*", "LAPIC-*", "X2-*", "INIT-*", "CPU-*").stream()
              .flatMap(group -> catalogue.matching(group).stream())
              .collect(groupingBy(Requirement::modality, counting()));

      assertThat(counts)
          .containsOnly(
              Map.entry(Modality.MUST, 211L),
              Map.entry(Modality.OPTIONAL, 4L),
              Map.entry(Modality.IMPL_SPECIFIC, 26L));
    }

    @Test
    void findsARequirementById() {
      assertThat(catalogue.find("LAPIC-EOI-001"))
          .hasValueSatisfying(requirement -> {
            assertThat(requirement.unit()).isEqualTo("Local APIC");
            assertThat(requirement.section()).isEqualTo("End of interrupt");
            assertThat(requirement.modality()).isEqualTo(Modality.MUST);
            assertThat(requirement.source())
                .isEqualTo("Intel SDM Vol. 3A: Signaling Interrupt Servicing Completion");
            assertThat(requirement.processors()).isEqualTo(1);
            assertThat(requirement.isTestable()).isTrue();
          });
      assertThat(catalogue.find("LAPIC-EOI-999")).isEmpty();
    }

    @Test
    void givesAReasonForEveryUntestableRequirement() {
      assertThat(catalogue.all())
          .filteredOn(requirement -> !requirement.isTestable())
          .extracting(Requirement::id)
          .contains("LAPIC-LVT-019", "LAPIC-ICR-030");
    }

    @Test
    void saysWhichRequirementsNeedAnotherProcessor() {
      assertThat(catalogue.find("LAPIC-ICR-005")).map(Requirement::processors).hasValue(2);
    }

    @Test
    void groupsRequirementsByUnit() {
      assertThat(catalogue.all())
          .extracting(Requirement::unit)
          .contains("Local APIC", "x2APIC", "IA32_APIC_BASE", "INIT and SIPI", "Processor");
    }

    @Test
    void statesNothingTwice() {
      assertThat(catalogue.all()).extracting(Requirement::statement).doesNotHaveDuplicates();
    }

    @Test
    void keepsTheOrderOfItsFiles() {
      assertThat(catalogue.all()).startsWith(catalogue.find("BASE-RST-001").orElseThrow());
      assertThat(catalogue.matching("LAPIC-EOI-*"))
          .isSortedAccordingTo(Comparator.comparing(Requirement::id));
    }

    @Test
    void listsEveryFileInItsIndex() throws IOException, URISyntaxException {
      Path index = Path.of(Catalogue.class.getResource("/requirements/index.txt").toURI());
      try (Stream<Path> files = Files.list(index.resolveSibling("."))) {
        assertThat(
                files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml")))
            .containsExactlyInAnyOrderElementsOf(Files.readAllLines(index));
      }
    }
  }

  @Nested
  class Patterns {
    private final Catalogue catalogue =
        catalogue(entry("A-B-001") + entry("A-B-002") + entry("A-BC-001"));

    @ParameterizedTest
    @CsvSource({
      "A-B-001, A-B-001",
      "A-B-*, A-B-001;A-B-002",
      "*-001, A-B-001;A-BC-001",
      "A*2, A-B-002",
      "*, A-B-001;A-B-002;A-BC-001",
      "A-B-0.1, ''",
      "A-B, ''"
    })
    void matchAnIdOrAGlob(String pattern, String expected) {
      assertThat(catalogue.matching(pattern))
          .extracting(Requirement::id)
          .hasToString(expected.isEmpty() ? "[]" : "[" + expected.replace(";", ", ") + "]");
    }
  }

  @Nested
  class BrokenCatalogue {

    @Test
    void invalidYaml() {
      assertBroken(
          "unit: U\nsection: 'S\n",
          "requirements/a.yaml is not valid YAML at line 3 (found unexpected end of stream); correct the line.");
    }

    @Test
    void characterThatYamlForbids() {
      assertBroken(
          "unit: \u0001\n",
          "requirements/a.yaml is not valid YAML (U+0001 at position 6 is not allowed);"
              + " remove the character.");
    }

    @Test
    void duplicateKey() {
      assertBroken(
          "unit: U\nunit: V\n",
          "requirements/a.yaml is not valid YAML at line 2 (found duplicate key unit); correct the line.");
    }

    @Test
    void emptyFile() {
      assertBroken(
          "",
          "requirements/a.yaml is not a mapping;"
              + " write it as keys out of [unit, section, requirements] with values.");
    }

    @Test
    void unknownKeyOfAFile() {
      assertBroken(
          "units: U\n",
          "requirements/a.yaml: unknown key 'units'; use one of [unit, section, requirements].");
    }

    @Test
    void missingKeyOfAFile() {
      assertBroken(
          "section: S\nrequirements:\n" + entry("A-001"),
          "requirements/a.yaml: key 'unit' is missing; add it.");
    }

    @Test
    void noRequirements() {
      assertBroken(
          "unit: U\nsection: S\nrequirements: []\n",
          "requirements/a.yaml: '[]' is not valid for key 'requirements';"
              + " write a list of at least one entry.");
    }

    @Test
    void entryThatIsNotAMapping() {
      assertBroken(
          file("  - A-001\n"),
          "requirements/a.yaml, entry 1 is not a mapping; write it as keys out of [id, modality, source,"
              + " statement, processors, deviations, hint, untestable, corrected] with values.");
    }

    @Test
    void unknownKeyOfAnEntry() {
      assertBroken(
          file(entry("A-001") + entry("A-002") + "    remark: R\n"),
          "requirements/a.yaml, entry 2 (A-002): unknown key 'remark'; use one of [id, modality, source,"
              + " statement, processors, deviations, hint, untestable, corrected].");
    }

    @ParameterizedTest
    @CsvSource({"modality", "source", "statement", "hint"})
    void missingKeyOfAnEntry(String key) {
      assertBroken(
          file(entry("A-001").replaceAll("    " + key + ": .*\n", "")),
          "requirements/a.yaml, entry 1 (A-001): key '%s' is missing; add it.".formatted(key));
    }

    @Test
    void missingId() {
      assertBroken(
          file("  - modality: MUST\n"),
          "requirements/a.yaml, entry 1: key 'id' is missing; add it.");
    }

    @ParameterizedTest
    @CsvSource({"A", "A-1", "a-001", "A_B-001", "A--001", "A-0001"})
    void malformedId(String id) {
      assertBroken(
          file(entry(id)),
          "requirements/a.yaml, entry 1 (%1$s): '%1$s' is not valid for key 'id'; write capital letters or digits,"
                  .formatted(id)
              + " separated by hyphens, and a three-digit number.");
    }

    @Test
    void unknownModality() {
      assertBroken(
          file(entry("A-001").replace("MUST", "SHOULD")),
          "requirements/a.yaml, entry 1 (A-001): 'SHOULD' is not valid for key 'modality';"
              + " use one of [MUST, OPTIONAL, IMPL_SPECIFIC, VENDOR].");
    }

    @ParameterizedTest
    @CsvSource({"''", "' '", "1", "[x]"})
    void valueThatIsNoText(String value) {
      assertBroken(
          file(
              entry("A-001")
                  + "    untestable: "
                  + (value.isBlank() ? "'" + value + "'" : value)
                  + "\n"),
          "requirements/a.yaml, entry 1 (A-001): '%s' is not valid for key 'untestable'; write a text in quotes."
              .formatted(value));
    }

    @ParameterizedTest
    @CsvSource({"0", "two", "1.5"})
    void valueThatIsNoProcessorCount(String value) {
      assertBroken(
          file(entry("A-001") + "    processors: " + value + "\n"),
          "requirements/a.yaml, entry 1 (A-001): '%s' is not valid for key 'processors';"
                  .formatted(value)
              + " write a number of at least 1 or omit the key.");
    }

    @Test
    void idUsedInTwoFiles() {
      var files = new HashMap<String, String>();
      files.put("index.txt", "a.yaml\nb.yaml\n");
      files.put("a.yaml", file(entry("A-001")));
      files.put("b.yaml", file(entry("A-001")));

      assertThatExceptionOfType(CatalogueException.class)
          .isThrownBy(() -> Catalogue.load(files::get))
          .withMessage(
              "requirements/b.yaml: id A-001 is already used in requirements/a.yaml;"
                  + " give one of the two a new number.");
    }

    private static void assertBroken(String text, String message) {
      assertThatExceptionOfType(CatalogueException.class)
          .isThrownBy(() -> Catalogue.load(Map.of("index.txt", "a.yaml\n", "a.yaml", text)::get))
          .withMessage(message);
    }
  }

  private static Catalogue catalogue(String entries) {
    return Catalogue.load(Map.of("index.txt", "a.yaml\n", "a.yaml", file(entries))::get);
  }

  private static String file(String entries) {
    return "unit: U\nsection: S\nrequirements:\n" + entries;
  }

  private static String entry(String id) {
    return """
      - id: %s
        modality: MUST
        source: Manual
        statement: Statement
        hint: Hint
    """
        .formatted(id);
  }
}
