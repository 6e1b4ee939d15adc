package io.apictck.reports.run;

import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;
import java.util.List;
import java.util.stream.Collectors;

/** Says in a sentence why a selection means nothing. */
public final class Requests {
  private Requests() {}

  /**
   * Checks that the ids of requirements exist.
   *
   * @throws CannotRunException if one does not
   */
  public static void check(Selection selection, Catalogue catalogue) {
    for (String pattern : selection.requirements()) {
      if (catalogue.all().stream().map(Requirement::id).noneMatch(Glob.of(pattern))) {
        throw new CannotRunException(
            "no requirement is called \"%s\"; apic-tck requirements lists them".formatted(pattern));
      }
    }
  }

  /** What to say if no test is selected. */
  public static CannotRunException nothingSelected(Selection selection, Catalogue catalogue) {
    for (String pattern : selection.requirements()) {
      List<Requirement> matching =
          catalogue.all().stream()
              .filter(requirement -> Glob.of(pattern).test(requirement.id()))
              .toList();
      if (matching.size() == 1 && !matching.getFirst().isTestable()) {
        return new CannotRunException(
            "requirement %s has no test: %s"
                .formatted(matching.getFirst().id(), matching.getFirst().untestable()));
      }
    }
    String units =
        catalogue.all().stream()
            .map(Requirement::unit)
            .distinct()
            .map(unit -> "\"" + unit + "\"")
            .collect(Collectors.joining(", "));
    return new CannotRunException(
        "no test is selected; apic-tck list shows all tests, and the units are " + units);
  }
}
