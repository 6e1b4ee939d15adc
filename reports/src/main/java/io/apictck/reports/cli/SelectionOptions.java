package io.apictck.reports.cli;

import io.apictck.reports.run.Selection;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that choose tests. */
final class SelectionOptions {
  @Option(
      names = {"-u", "--unit"},
      paramLabel = "NAME",
      split = ",",
      description = {
        "Tests of a unit or section of the catalogue, or of a package, as in lapic, x2apic or"
            + " \"End of interrupt\"; * stands for any characters."
      })
  private List<String> units = List.of();

  @Option(
      names = {"-r", "--requirement"},
      paramLabel = "ID",
      split = ",",
      description = "Tests that decide a requirement, as in LAPIC-EOI-001 or 'LAPIC-EOI-*'.")
  private List<String> requirements = List.of();

  @Option(
      names = {"-t", "--test"},
      paramLabel = "ID",
      description = "A test by its id, class or method, as in '*EndOfInterruptTests*'.")
  private List<String> tests = List.of();

  SelectionOptions() {}

  Selection selection() {
    return new Selection(units, requirements, tests);
  }
}
