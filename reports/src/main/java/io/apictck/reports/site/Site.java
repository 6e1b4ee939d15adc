package io.apictck.reports.site;

import io.apictck.reports.json.Conformance;
import io.apictck.suites.catalogue.Catalogue;
import java.nio.file.Path;

/** stub */
public final class Site {
  private Site() {}

  /** stub */
  public static Path build(Path folder, Conformance conformance, Catalogue catalogue) {
    return folder;
  }
}
