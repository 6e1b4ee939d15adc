package io.apictck.reports.cli;

import io.apictck.platform.PlatformProvider;
import io.apictck.target.Targets;
import java.io.PrintWriter;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code apic-tck targets}. */
@Command(
    name = "targets",
    description = "List what can be tested here, and what keeps the others from it.",
    footerHeading = "%n",
    footer = {
      "A target is written name[:key=value,...]. Further targets come from jars named in",
      "APIC_TCK_CLASSPATH."
    })
final class TargetsCommand implements Runnable {
  @Spec private CommandSpec spec;

  TargetsCommand() {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    for (PlatformProvider provider : Targets.load().all()) {
      out.println(provider.name());
      out.println("  " + provider.summary());
      new TreeMap<>(provider.options())
          .forEach((key, text) -> out.println("  " + key + "=...  " + text));
      provider.obstacles().forEach(obstacle -> out.println("  cannot be used here: " + obstacle));
    }
    out.flush();
  }
}
