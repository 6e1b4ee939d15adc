package io.apictck.suites;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.apictck.junit.Conformance;
import org.junit.jupiter.api.Test;

/** The suites judge any implementation: they must not know ours. */
final class ArchitectureTests {
  private final JavaClasses suites =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.apictck.suites");

  @Test
  void suitesDoNotSeeTheModelOrReports() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.apictck.model..", "io.apictck.reports..")
        .check(suites);
  }

  @Test
  void suitesActThroughDriversOnly() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.apictck.platform.Platform")
        .check(suites);
  }

  @Test
  void conformanceClassesAreNamedTests() {
    classes()
        .that()
        .areAnnotatedWith(Conformance.class)
        .should()
        .haveSimpleNameEndingWith("Tests")
        .andShould()
        .bePackagePrivate()
        .check(suites);
  }
}
