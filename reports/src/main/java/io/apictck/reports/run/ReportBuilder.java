package io.apictck.reports.run;

import io.apictck.reports.allure.AllureReport;
import io.apictck.reports.json.Conformance;
import io.apictck.reports.site.Site;
import io.apictck.suites.catalogue.Catalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds the site of a result folder: our pages while Allure's generator makes its report. */
public final class ReportBuilder {
  private static final String LOG = "allure.log";

  private ReportBuilder() {}

  /**
   * Builds it.
   *
   * @param folder where
   * @param runs results by their folder relative to the site, with a slash at its end or empty
   * @param err is told if the Allure report has to be left out
   * @return the first page
   */
  public static Path build(
      Path folder, Map<String, Conformance> runs, Catalogue catalogue, PrintWriter err) {
    List<Path> results =
        runs.keySet().stream()
            .map(run -> folder.resolve(run).resolve("allure-results"))
            .filter(Files::isDirectory)
            .toList();
    Optional<AllureReport> allure = AllureReport.find();
    Path log = folder.resolve(LOG);
    try {
      Optional<AllureReport.Building> building = Optional.empty();
      if (allure.isPresent() && !results.isEmpty()) {
        building = Optional.of(allure.get().start(results, folder.resolve("allure"), log));
      }
      Path index = Site.write(folder, runs, catalogue, building.isPresent());
      if (building.isEmpty()) {
        err.println(
            "apic-tck: the Allure report is left out, for its generator is not there; mvn package"
                + " unpacks it");
      } else if (building.get().finish()) {
        Files.deleteIfExists(log);
      } else {
        Site.write(folder, runs, catalogue, false);
        err.println("apic-tck: the Allure report could not be built; " + log + " says why");
      }
      return index;
    } catch (IOException | UncheckedIOException e) {
      throw new CannotRunException(
          "the report cannot be written to %s (%s); free some space or name another folder"
              .formatted(folder, e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotRunException("interrupted while the report was built in " + folder, e);
    }
  }
}
