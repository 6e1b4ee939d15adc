package io.apictck.reports.cli;

import io.apictck.reports.json.JsonFormatException;
import io.apictck.reports.run.CannotRunException;
import io.apictck.suites.catalogue.CatalogueException;
import io.apictck.target.TargetException;
import io.apictck.verdict.KnownIssuesException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceConfigurationError;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Executes command lines. Whatever goes wrong is one sentence on the standard error. */
public final class CommandLines {
  /** All was as expected. */
  public static final int OK = 0;

  /** Some verdict was not. */
  public static final int UNEXPECTED = 1;

  /** The command could not be carried out. */
  static final int CANNOT_RUN = 2;

  private CommandLines() {}

  /** Executes a command on the standard streams; gives the exit code. */
  public static int execute(String... arguments) {
    return execute(
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        arguments);
  }

  /** As {@link #execute(String...)}, on other streams. */
  public static int execute(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine command =
        new CommandLine(new RootCommand())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpLongOptionsMaxWidth(28)
            .setUsageHelpWidth(96)
            .setExecutionExceptionHandler(CommandLines::failed)
            .setParameterExceptionHandler(CommandLines::misused);
    try {
      return command.execute(arguments);
    } catch (ServiceConfigurationError | LinkageError e) {
      // of a jar that was added; picocli only deals with exceptions
      err.println(
          "apic-tck: a class cannot be loaded (%s); check the jars in APIC_TCK_CLASSPATH."
              .formatted(e.getMessage()));
      return CANNOT_RUN;
    }
  }

  private static int misused(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("apic-tck: " + sentence(e.getMessage()));
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return CANNOT_RUN;
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    boolean foreseen =
        switch (e) {
          case CannotRunException _,
              TargetException _,
              KnownIssuesException _,
              CatalogueException _,
              JsonFormatException _ ->
              true;
          default -> false;
        };
    err.println(
        foreseen
            ? "apic-tck: " + sentence(e.getMessage())
            : "apic-tck: internal error, "
                + sentence(e.toString())
                + " Please report it, with"
                + " what --stacktrace prints.");
    RootCommand root = (RootCommand) command.getCommandSpec().root().userObject();
    if (root.stacktrace()) {
      e.printStackTrace(err);
    }
    err.flush();
    return CANNOT_RUN;
  }

  private static String sentence(String text) {
    String line = String.valueOf(text).strip();
    return line.endsWith(".") ? line : line + ".";
  }
}
