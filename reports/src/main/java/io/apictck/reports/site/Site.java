package io.apictck.reports.site;

import io.apictck.reports.json.Conformance;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Coverage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The static site of one or more runs. It can be opened from disk, and needs no network. */
public final class Site {
  private final Path folder;
  private final List<Column> columns = new ArrayList<>();
  private final Catalogue catalogue;

  private Site(Path folder, Map<String, Conformance> runs, Catalogue catalogue) {
    this.folder = folder;
    this.catalogue = catalogue;
    runs.forEach((path, run) -> columns.add(new Column(run, path)));
  }

  /**
   * Writes the pages.
   *
   * @param folder where
   * @param runs results by the folder they are in, relative to the site, with a slash at its end;
   *     the empty string for the site's own folder
   * @param allure whether the Allure report is there
   * @return the first page
   */
  public static Path write(
      Path folder, Map<String, Conformance> runs, Catalogue catalogue, boolean allure) {
    return new Site(folder, runs, catalogue).write(allure);
  }

  private Path write(boolean allure) {
    page("matrix.html", allure, new MatrixPage(columns, catalogue)::write);
    page(
        "requirements.html",
        allure,
        new RequirementsPage(columns, catalogue, Coverage.scan())::write);
    page("measurements.html", allure, new MeasurementsPage(columns)::write);
    return page("index.html", allure, new SummaryPage(columns, catalogue)::write);
  }

  private Path page(String name, boolean allure, java.util.function.Consumer<Html> body) {
    try {
      return Files.writeString(folder.resolve(name), Page.of(name, allure, body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
