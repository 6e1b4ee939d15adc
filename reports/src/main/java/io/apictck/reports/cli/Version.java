package io.apictck.reports.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
  Version() {}

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "apic-tck " + (version == null ? "development" : version), "Java " + Runtime.version()
    };
  }
}
