package io.apictck.reports.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command without a subcommand. */
@Command(
    name = "apic-tck",
    description = "The conformance kit for x86 interrupts.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      ListCommand.class,
      RequirementsCommand.class,
      PortsCommand.class,
      TargetsCommand.class,
      MergeCommand.class,
      CompareCommand.class
    })
final class RootCommand implements Runnable {
  @Option(
      names = "--stacktrace",
      description = "Say where in the program an error arose.",
      scope = ScopeType.INHERIT,
      hidden = true)
  private boolean stacktrace;

  @Spec private CommandSpec spec;

  RootCommand() {}

  boolean stacktrace() {
    return stacktrace;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command, as in apic-tck run");
  }
}
