package io.apictck.reports.run;

/** Packages of suites. */
final class Packages {
  /** The package that holds all of them. */
  static final String SUITES = "io.apictck.suites";

  private Packages() {}

  /** The package below that of all suites, as in {@code lapic.eoi}. */
  static String relative(Class<?> testClass) {
    String name = testClass.getPackageName();
    return name.startsWith(SUITES + ".") ? name.substring(SUITES.length() + 1) : name;
  }
}
