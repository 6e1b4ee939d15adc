package io.apictck.reports.cli;

import io.apictck.reports.run.Requests;
import io.apictck.reports.run.Selection;
import io.apictck.reports.run.Shard;
import io.apictck.reports.run.TestFinder;
import io.apictck.reports.run.TestMethod;
import io.apictck.suites.catalogue.Catalogue;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code apic-tck list}. */
@Command(
    name = "list",
    description = "List the tests, each with the requirements that it decides.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  apic-tck list --unit processor", "  apic-tck list --requirement 'LAPIC-TIMER-*'"})
final class ListCommand implements Runnable {
  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      converter = ShardConverter.class,
      description = "Only the I-th of N parts of the tests.")
  private Shard shard = Shard.WHOLE;

  @Spec private CommandSpec spec;

  ListCommand() {}

  @Override
  public void run() {
    Catalogue catalogue = Catalogue.load();
    Selection wanted = selection.selection();
    Requests.check(wanted, catalogue);
    List<TestMethod> methods = shard.of(wanted.of(TestFinder.all(), catalogue));
    if (methods.isEmpty()) {
      throw Requests.nothingSelected(wanted, catalogue);
    }
    PrintWriter out = spec.commandLine().getOut();
    int count = 0;
    for (TestMethod method : methods) {
      for (String id : wanted.testIds(method)) {
        out.println(method.covers().isEmpty() ? id : id + "  " + String.join(" ", method.covers()));
        count++;
      }
    }
    out.println();
    out.println(count + " tests");
  }
}
