package io.apictck.reports.cli;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.run.ConformanceRun;
import io.apictck.reports.run.RunOptions;
import io.apictck.reports.run.Shard;
import io.apictck.reports.run.Terminal;
import io.apictck.target.TargetSpec;
import io.apictck.verdict.KnownIssues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code apic-tck run}. */
@Command(
    name = "run",
    description = "Run the conformance tests on a target and build the report.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:All verdicts are as expected.",
      "1:Some verdict is not.",
      "2:The run could not be made; one sentence says why."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  apic-tck run                                  everything, on the reference model",
      "  apic-tck run --unit x2apic --no-site          one unit, no report",
      "  apic-tck run --requirement 'LAPIC-EOI-*'      some requirements",
      "  apic-tck run --test 'EndOfInterruptTests*'    some tests",
      "  apic-tck run --target model:without=x2apic    the model without x2APIC",
      "  apic-tck run --shard 1/4 --output part-1      a quarter; merge puts the parts together"
    })
final class RunCommand implements Callable<Integer> {
  @Option(
      names = "--target",
      paramLabel = "TARGET",
      defaultValue = "model",
      description =
          "What is tested, name[:key=value,...]; ${DEFAULT-VALUE} without it."
              + " apic-tck targets lists them.")
  private String target = "model";

  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      converter = ShardConverter.class,
      description = "Only the I-th of N parts of the tests.")
  private Shard shard = Shard.WHOLE;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description =
          "The result folder; ${DEFAULT-VALUE} without it. Results of an earlier run in"
              + " it are replaced.")
  private Path output = Path.of("apic-tck-results");

  @Option(
      names = "--known-issues",
      paramLabel = "FILE",
      description =
          "What the target is known to do wrong; without it known-issues/NAME.txt if that"
              + " exists, else what the kit itself knows of the target.")
  private Optional<Path> knownIssues = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "Chooses the samples of sweeps on slow targets; ${DEFAULT-VALUE} without it.")
  private long seed = 1;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long a test may take; ${DEFAULT-VALUE} without it.")
  private int timeout = 60;

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description =
          "How many tests run at the same time, each on a machine of its own;"
              + " without it one for each processor, and one alone where time is real.")
  private Optional<Integer> jobs = Optional.empty();

  @Option(
      names = "--no-site",
      negatable = false,
      description =
          "Leave out the report: only conformance.json, Allure results and pages of" + " tests.")
  private boolean noSite;

  @Option(
      names = "--traces",
      description =
          "Keep the whole trace of each test in its page, not only its beginning and end.")
  private boolean traces;

  @Spec private CommandSpec spec;

  RunCommand() {}

  @Override
  public Integer call() {
    if (jobs.orElse(1) < 1 || timeout < 1) {
      throw new ParameterException(spec.commandLine(), "--jobs and --timeout must be at least 1");
    }
    Optional<Path> issues = knownIssues.or(this::defaultKnownIssues);
    // read here too, so that a bad line is known before any test runs
    issues.ifPresent(KnownIssues::read);
    RunOptions options =
        new RunOptions(
            target,
            selection.selection(),
            shard,
            output,
            seed,
            timeout,
            issues,
            jobs,
            !noSite,
            traces);
    Conformance conformance =
        new ConformanceRun(
                options,
                Terminal.of(System.getProperties(), System.getenv()),
                spec.commandLine().getOut(),
                spec.commandLine().getErr())
            .run();
    return conformance.unexpected().isEmpty() ? CommandLines.OK : CommandLines.UNEXPECTED;
  }

  private Optional<Path> defaultKnownIssues() {
    Path file = Path.of("known-issues", TargetSpec.parse(target).name() + ".txt");
    Path home = Path.of(System.getProperty("apictck.home", "."));
    return Optional.of(file)
        .filter(Files::exists)
        .or(() -> Optional.of(home.resolve(file)).filter(Files::exists));
  }
}
