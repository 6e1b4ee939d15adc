package io.apictck.reports.cli;

import io.apictck.reports.json.CatalogueJson;
import io.apictck.suites.catalogue.Coverage;
import io.apictck.suites.ports.Port;
import io.apictck.suites.ports.PortTable;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code apic-tck ports}. */
@Command(
    name = "ports",
    description = "List the checks of kvm-unit-tests and the tests that carry them.",
    footerHeading = "%nExample:%n",
    footer = "  apic-tck ports --format json")
final class PortsCommand implements Runnable {
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} without it.")
  private OutputFormat format = OutputFormat.TEXT;

  @Spec private CommandSpec spec;

  PortsCommand() {}

  @Override
  public void run() {
    List<Port> ports = PortTable.all();
    Coverage coverage = Coverage.scan();
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case JSON -> out.print(CatalogueJson.ports(ports, coverage));
      case TEXT -> text(out, ports, coverage);
    }
    out.flush();
  }

  private static void text(PrintWriter out, List<Port> ports, Coverage coverage) {
    for (Port port : ports) {
      out.println(port.id() + "  " + port.title());
      coverage.testsOfPort(port.id()).forEach(test -> out.println("    test: " + test));
      if (!port.notPorted().isEmpty()) {
        out.println("    not carried: " + port.notPorted());
      }
    }
    long carried =
        ports.stream().filter(port -> !coverage.testsOfPort(port.id()).isEmpty()).count();
    out.println("%n%d checks: %d carried by tests".formatted(ports.size(), carried));
  }
}
