package io.apictck.reports.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.suites.catalogue.Catalogue;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SelectionTests {
  private static final Catalogue CATALOGUE = Catalogue.load();
  private static final TestMethod METHOD =
      new TestMethod(
          "io.apictck.suites.lapic.eoi.EndOfInterruptTests#clears",
          SelectionTests.class,
          List.of("LAPIC-EOI-001"),
          List.of(),
          List.of("xAPIC", "x2APIC"));

  private static boolean selects(Selection selection) {
    return !selection.of(List.of(METHOD), CATALOGUE).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Local APIC", "local-apic", "localapic", "End of interrupt", "end*", "*"})
  void unitsAndSectionsAreFoundHoweverTheyAreWritten(String unit) {
    assertThat(selects(new Selection(List.of(unit), List.of(), List.of()))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x2APIC", "local", "processor"})
  void otherUnitsAreNot(String unit) {
    assertThat(selects(new Selection(List.of(unit), List.of(), List.of()))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"LAPIC-EOI-001", "lapic-eoi-*", "*"})
  void requirementsAreFoundByPattern(String id) {
    assertThat(selects(new Selection(List.of(), List.of(id), List.of()))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.apictck.suites.lapic.eoi.EndOfInterruptTests#clears[x2APIC]",
        "io.apictck.suites.lapic.eoi.EndOfInterruptTests#clears",
        "io.apictck.suites.lapic.eoi.EndOfInterruptTests",
        "EndOfInterruptTests",
        "EndOfInterruptTests#clears",
        "clears",
        "*[x2APIC]",
        "*endofinterrupt*"
      })
  void testsAreFoundByIdClassAndMethod(String test) {
    assertThat(selects(new Selection(List.of(), List.of(), List.of(test)))).isTrue();
  }

  @Test
  void oneModeCanBeMeant() {
    Selection one = new Selection(List.of(), List.of(), List.of("*clears[x2APIC]"));
    assertThat(one.testIds(METHOD)).containsExactly(METHOD.id() + "[x2APIC]");
    assertThat(Selection.ALL.testIds(METHOD)).hasSize(2);
  }

  @Test
  void kindsNarrowEachOtherDown() {
    assertThat(selects(new Selection(List.of("local-apic"), List.of("BASE-*"), List.of("clears"))))
        .isFalse();
  }

  @Test
  void patternsOfOneKindAreAlternatives() {
    assertThat(selects(new Selection(List.of("nothing", "local-apic"), List.of(), List.of())))
        .isTrue();
  }
}
