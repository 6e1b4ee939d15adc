package io.apictck.model;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The model knows definitions and the SPI, nothing that tests are made of. */
final class ArchitectureTests {
  private final JavaClasses model =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.apictck.model");

  @Test
  void modelSeesOfTheHarnessOnlyDefinitionsAndTheSpi() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.apictck.machine..",
            "io.apictck.junit..",
            "io.apictck.assertions..",
            "io.apictck.trace..",
            "io.apictck.target..",
            "io.apictck.verdict..",
            "org.junit..",
            "org.assertj..")
        .check(model);
  }

  @Test
  void controllersDoNotSeeProcessors() {
    noClasses()
        .that()
        .resideInAnyPackage("..model.lapic..", "..model.ioapic..", "..model.msi..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..model.processor..", "..model.bus..")
        .check(model);
  }

  @Test
  void processorsSeeControllersOnlyThroughTheChipset() {
    noClasses()
        .that()
        .resideInAnyPackage("..model.processor..", "..model.bus..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..model.lapic..", "..model.ioapic..", "..model.msi..")
        .check(model);
  }
}
