package io.apictck.reports.json;

import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;
import java.util.List;
import java.util.Optional;

/**
 * Where a test belongs in reports.
 *
 * @param unit unit of its first requirement, or the name of its package if it has none
 * @param section section of its first requirement, or the name of its class
 */
public record Topic(String unit, String section) {
  /** The topic of a test that decides these requirements. */
  public static Topic of(Catalogue catalogue, List<String> covers, Class<?> testClass) {
    return covers.stream()
        .map(catalogue::find)
        .flatMap(Optional::stream)
        .findFirst()
        .map(Topic::of)
        .orElseGet(() -> new Topic(lastPackage(testClass), testClass.getSimpleName()));
  }

  private static String lastPackage(Class<?> testClass) {
    String name = testClass.getPackageName();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static Topic of(Requirement requirement) {
    return new Topic(requirement.unit(), requirement.section());
  }
}
