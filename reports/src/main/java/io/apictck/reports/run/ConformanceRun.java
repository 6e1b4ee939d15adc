package io.apictck.reports.run;

import io.apictck.junit.ResultListeners;
import io.apictck.reports.allure.RunFiles;
import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.ConformanceWriter;
import io.apictck.reports.json.TargetEntry;
import io.apictck.suites.catalogue.Catalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.TestPlan;

/** One run of the suites on a target. */
public final class ConformanceRun {
  private final RunOptions options;
  private final Terminal terminal;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Catalogue catalogue = Catalogue.load();
  private final long began = System.nanoTime();

  /**
   * A run.
   *
   * @param out gets the summary
   * @param err gets the progress
   */
  public ConformanceRun(RunOptions options, Terminal terminal, PrintWriter out, PrintWriter err) {
    this.options = options;
    this.terminal = terminal;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs the tests and leaves the result folder.
   *
   * @return what came of it
   * @throws CannotRunException if it cannot be done
   */
  public Conformance run() {
    Requests.check(options.selection(), catalogue);
    TargetCheck check = TargetCheck.open(options.target());
    TargetEntry target = check.entry();
    int jobs = options.jobs().orElse(check.jobs());
    try (LauncherSession session = TestFinder.openSession()) {
      Map<String, String> parameters = parameters(target, jobs);
      TestPlan all = TestFinder.plan(session, parameters);
      List<TestMethod> methods = TestFinder.methods(all);
      Set<String> covered = new HashSet<>();
      methods.forEach(method -> covered.addAll(method.covers()));
      List<TestMethod> selected = selected(methods);
      TestPlan plan =
          selected.size() == methods.size() ? all : TestFinder.plan(session, parameters, selected);
      ResultFolder folder = ResultFolder.forRun(options.output());
      return run(session, plan, selected, folder, target, covered);
    }
  }

  private List<TestMethod> selected(List<TestMethod> methods) {
    List<TestMethod> selected = options.selection().of(methods, catalogue);
    if (selected.isEmpty()) {
      throw Requests.nothingSelected(options.selection(), catalogue);
    }
    List<TestMethod> shard = options.shard().of(selected);
    if (shard.isEmpty()) {
      throw new CannotRunException(
          "shard %d/%d is empty: only %d tests are selected; use fewer shards"
              .formatted(options.shard().index(), options.shard().count(), selected.size()));
    }
    return shard;
  }

  private Conformance run(
      LauncherSession session,
      TestPlan plan,
      List<TestMethod> selected,
      ResultFolder folder,
      TargetEntry target,
      Set<String> covered) {
    int total = selected.stream().mapToInt(TestMethod::invocations).sum();
    Progress progress = new Progress(err, terminal.live(), total, System::nanoTime);
    ResultSink sink = new ResultSink(folder, catalogue, options.wholeTraces());
    Thread rescue =
        Thread.ofPlatform().unstarted(() -> rescue(folder, target, sink, progress, covered));
    Runtime.getRuntime().addShutdownHook(rescue);
    Conformance conformance;
    try {
      ResultListeners.register(session, sink);
      ResultListeners.register(session, progress);
      session.getLauncher().execute(plan, new LostTests(sink, target.name()));
      sink.close();
      conformance = Results.of(target, seconds(), true, sink.entries(), catalogue, covered);
      write(folder, conformance);
      folder.deletePrevious();
    } finally {
      Runtime.getRuntime().removeShutdownHook(rescue);
    }
    String report = folder.path().toString();
    if (options.site()) {
      progress.say("building the report ...");
      report =
          ReportBuilder.build(folder.path(), Map.of("", conformance), catalogue, err).toString();
    }
    progress.end();
    new Summary(conformance, catalogue, terminal, out).print(report);
    return conformance;
  }

  /** Keeps the results so far when the process is told to end. */
  private void rescue(
      ResultFolder folder,
      TargetEntry target,
      ResultSink sink,
      Progress progress,
      Set<String> covered) {
    Conformance soFar = Results.of(target, seconds(), false, sink.entries(), catalogue, covered);
    try {
      write(folder, soFar);
      sink.close();
      folder.deletePrevious();
    } catch (CannotRunException e) {
      err.println("apic-tck: " + e.getMessage());
    } finally {
      progress.end();
      err.println(
          "apic-tck: interrupted after %d tests; their results are in %s"
              .formatted(soFar.tests().size(), folder.path()));
      err.flush();
    }
  }

  private double seconds() {
    return (System.nanoTime() - began) / 1e9;
  }

  private void write(ResultFolder folder, Conformance conformance) {
    try {
      Files.writeString(folder.conformance(), ConformanceWriter.write(conformance));
      RunFiles.write(folder.allureResults(), environment(conformance.target()));
    } catch (IOException e) {
      throw new CannotRunException(
          "the results cannot be written to %s (%s); free some space or name another folder with --output"
              .formatted(folder.path(), e.getMessage()),
          e);
    }
  }

  private Map<String, String> environment(TargetEntry target) {
    return Map.of(
        "target", target.name(),
        "platform", target.platform(),
        "version", target.version(),
        "seed", Long.toString(options.seed()),
        "java", Runtime.version().toString(),
        "system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  private Map<String, String> parameters(TargetEntry target, int jobs) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("apictck.target", target.name());
    parameters.put("apictck.seed", Long.toString(options.seed()));
    parameters.put("apictck.testTimeout", Integer.toString(options.testTimeout()));
    options.knownIssues().ifPresent(file -> parameters.put("apictck.knownIssues", file.toString()));
    parameters.put("junit.jupiter.extensions.autodetection.enabled", "true");
    parameters.put(InvocationFilter.PARAMETER, String.join("\n", options.selection().tests()));
    if (jobs > 1) {
      parameters.put("junit.jupiter.execution.parallel.enabled", "true");
      parameters.put("junit.jupiter.execution.parallel.mode.default", "same_thread");
      parameters.put("junit.jupiter.execution.parallel.mode.classes.default", "concurrent");
      parameters.put("junit.jupiter.execution.parallel.config.strategy", "fixed");
      parameters.put(
          "junit.jupiter.execution.parallel.config.fixed.parallelism", Integer.toString(jobs));
    }
    return parameters;
  }
}
