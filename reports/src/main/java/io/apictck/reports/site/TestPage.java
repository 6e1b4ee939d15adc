package io.apictck.reports.site;

import io.apictck.junit.TestResult;
import io.apictck.suites.catalogue.Catalogue;

/** stub */
public final class TestPage {
  private TestPage() {}

  /** stub */
  public static String html(TestResult r, Catalogue c, String timeline, String listing) {
    return "";
  }
}
