package io.apictck.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/** What the packages of the harness may see of each other. */
@AnalyzeClasses(packages = "io.apictck", importOptions = ImportOption.DoNotIncludeTests.class)
final class ModuleRulesTest {
  private static final String JUNIT = "io.apictck.junit";

  @ArchTest static final ArchRule arch = sees("arch");

  @ArchTest static final ArchRule platform = sees("platform", "arch");

  @ArchTest static final ArchRule trace = sees("trace", "platform", "arch");

  @ArchTest static final ArchRule machine = sees("machine", "trace", "platform", "arch");

  @ArchTest
  static final ArchRule assertions = sees("assertions", "machine", "trace", "platform", "arch");

  @ArchTest static final ArchRule target = sees("target", "platform", "arch");

  @ArchTest static final ArchRule verdict = sees("verdict");

  @ArchTest
  static final ArchRule nobodySeesJunit =
      noClasses()
          .that()
          .resideOutsideOfPackage(JUNIT + "..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(JUNIT + "..");

  @ArchTest
  static final ArchRule definitionsAndSpiAreFreeOfTestLibraries =
      noClasses()
          .that()
          .resideInAnyPackage("io.apictck.arch..", "io.apictck.platform..", "io.apictck.trace..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.junit..", "org.assertj..", "org.opentest4j..");

  private static ArchRule sees(String name, String... others) {
    return classes()
        .that()
        .resideInAPackage("io.apictck." + name + "..")
        .should()
        .onlyDependOnClassesThat(
            DescribedPredicate.describe(
                "are of " + String.join(", ", others) + " or not ours",
                type ->
                    !type.getPackageName().startsWith("io.apictck.")
                        || isOf(type.getPackageName(), name)
                        || Arrays.stream(others)
                            .anyMatch(other -> isOf(type.getPackageName(), other))));
  }

  private static boolean isOf(String packageName, String name) {
    return (packageName + ".").startsWith("io.apictck." + name + ".");
  }
}
