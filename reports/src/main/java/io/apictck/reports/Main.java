package io.apictck.reports;

import io.apictck.reports.cli.CommandLines;

/** The command line {@code apic-tck}. */
public final class Main {
  private Main() {}

  /** Runs a command; see {@code apic-tck --help}. */
  public static void main(String[] arguments) {
    System.exit(CommandLines.execute(arguments));
  }
}
