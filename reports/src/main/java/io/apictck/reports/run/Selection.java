package io.apictck.reports.run;

import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which tests are meant. Patterns of one kind are alternatives; kinds narrow each other down.
 *
 * @param units units or sections of the catalogue, or packages; blanks and punctuation do not
 *     matter
 * @param requirements ids of requirements
 * @param tests ids of tests, classes or methods
 */
public record Selection(List<String> units, List<String> requirements, List<String> tests) {
  /** All tests. */
  public static final Selection ALL = new Selection(List.of(), List.of(), List.of());

  /** Takes copies. */
  public Selection {
    units = List.copyOf(units);
    requirements = List.copyOf(requirements);
    tests = List.copyOf(tests);
  }

  /** Whether it leaves nothing out. */
  public boolean isAll() {
    return equals(ALL);
  }

  /** The methods with tests that are meant. */
  public List<TestMethod> of(List<TestMethod> methods, Catalogue catalogue) {
    return methods.stream()
        .filter(method -> matchesUnit(method, catalogue))
        .filter(method -> matchesRequirement(method))
        .filter(method -> !testIds(method).isEmpty())
        .toList();
  }

  /** Ids of those tests of a method that are meant. */
  public List<String> testIds(TestMethod method) {
    return method.testIds().stream().filter(this::matchesTest).toList();
  }

  /** Whether the unit of a requirement and its id are meant. */
  public boolean matches(Requirement requirement) {
    return (units.isEmpty() || any(units, plain(unitNames(requirement))))
        && (requirements.isEmpty() || any(requirements, Stream.of(requirement.id())));
  }

  private boolean matchesUnit(TestMethod method, Catalogue catalogue) {
    if (units.isEmpty()) {
      return true;
    }
    Stream<String> ofRequirements =
        method.covers().stream()
            .map(catalogue::find)
            .flatMap(Optional::stream)
            .flatMap(Selection::unitNames);
    return any(units, plain(Stream.concat(ofRequirements, packageNames(method.testClass()))));
  }

  private boolean matchesRequirement(TestMethod method) {
    return requirements.isEmpty() || any(requirements, method.covers().stream());
  }

  /** Whether a test is meant by its id. */
  boolean matchesTest(String testId) {
    return tests.isEmpty() || tests.stream().anyMatch(pattern -> matches(pattern, testId));
  }

  private static boolean matches(String pattern, String testId) {
    int hash = testId.indexOf('#');
    int bracket = testId.indexOf('[', hash);
    String withoutMode = bracket < 0 ? testId : testId.substring(0, bracket);
    String testClass = testId.substring(0, hash);
    int simple = testClass.lastIndexOf('.') + 1;
    Predicate<String> glob = Glob.of(pattern);
    return Stream.of(
            testId,
            testId.substring(simple),
            testId.substring(hash + 1),
            withoutMode,
            withoutMode.substring(simple),
            withoutMode.substring(hash + 1),
            testClass,
            testClass.substring(simple))
        .anyMatch(glob);
  }

  private static Stream<String> unitNames(Requirement requirement) {
    return Stream.of(requirement.unit(), requirement.section());
  }

  private static Stream<String> packageNames(Class<?> testClass) {
    String relative = Packages.relative(testClass);
    return Stream.concat(Stream.of(relative), Stream.of(relative.split("\\.", -1)));
  }

  private static Stream<String> plain(Stream<String> names) {
    return names.map(Selection::plain);
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9*]", "");
  }

  private static boolean any(List<String> patterns, Stream<String> names) {
    List<String> all = names.toList();
    return patterns.stream()
        .anyMatch(pattern ->
            all.stream().anyMatch(Glob.of(pattern))
                || all.stream().anyMatch(Glob.of(plain(pattern))));
  }
}
