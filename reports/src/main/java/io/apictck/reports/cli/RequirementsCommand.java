package io.apictck.reports.cli;

import io.apictck.reports.json.CatalogueJson;
import io.apictck.reports.run.Requests;
import io.apictck.reports.run.Selection;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Coverage;
import io.apictck.suites.catalogue.Requirement;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code apic-tck requirements}. */
@Command(
    name = "requirements",
    description = "List the requirements of the catalogue, each with the tests that decide it.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  apic-tck requirements --unit x2apic",
      "  apic-tck requirements --requirement LAPIC-EOI-001",
      "  apic-tck requirements --format json"
    })
final class RequirementsCommand implements Runnable {
  @Option(
      names = {"-u", "--unit"},
      paramLabel = "NAME",
      split = ",",
      description = "Those of a unit or section.")
  private List<String> units = List.of();

  @Option(
      names = {"-r", "--requirement"},
      paramLabel = "ID",
      split = ",",
      description = "Those with an id; * stands for any characters.")
  private List<String> ids = List.of();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} without it.")
  private OutputFormat format = OutputFormat.TEXT;

  @Spec private CommandSpec spec;

  RequirementsCommand() {}

  @Override
  public void run() {
    Catalogue catalogue = Catalogue.load();
    Coverage coverage = Coverage.scan();
    Selection wanted = new Selection(units, ids, List.of());
    Requests.check(wanted, catalogue);
    List<Requirement> requirements = catalogue.all().stream().filter(wanted::matches).toList();
    if (requirements.isEmpty()) {
      throw Requests.nothingSelected(wanted, catalogue);
    }
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case JSON -> out.print(CatalogueJson.requirements(requirements, coverage));
      case TEXT -> text(out, requirements, coverage);
    }
    out.flush();
  }

  private static void text(PrintWriter out, List<Requirement> requirements, Coverage coverage) {
    String group = "";
    for (Requirement requirement : requirements) {
      String here = requirement.unit() + " > " + requirement.section();
      if (!here.equals(group)) {
        out.println(group.isEmpty() ? here : "\n" + here);
        group = here;
      }
      out.println("  " + requirement.id() + "  " + requirement.modality());
      out.println("    " + requirement.statement());
      out.println("    " + requirement.source());
      List<String> tests = coverage.testsOf(requirement.id());
      tests.forEach(test -> out.println("    test: " + test));
      if (!requirement.isTestable()) {
        out.println("    no test: " + requirement.untestable());
      } else if (tests.isEmpty()) {
        out.println("    no test yet");
      }
    }
    long covered =
        requirements.stream()
            .filter(requirement -> !coverage.testsOf(requirement.id()).isEmpty())
            .count();
    long untestable =
        requirements.stream().filter(requirement -> !requirement.isTestable()).count();
    out.println(
        "%n%d requirements: %d with tests, %d that no test can observe"
            .formatted(requirements.size(), covered, untestable));
  }
}
