package io.apictck.reports.run;

import io.apictck.reports.json.Conformance;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs of several targets, one after the other, put together in one folder. */
public final class ComparedRuns {
  private final Selection selection;
  private final Terminal terminal;
  private final PrintWriter out;
  private final PrintWriter err;

  /**
   * Runs of some tests.
   *
   * @param out gets the summary of each run
   * @param err gets the progress
   */
  public ComparedRuns(Selection selection, Terminal terminal, PrintWriter out, PrintWriter err) {
    this.selection = selection;
    this.terminal = terminal;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs targets, and puts what came of them together with earlier results.
   *
   * @param output the folder to write
   * @param targets the targets to run
   * @param folders folders of earlier runs
   * @return the runs, by their folder relative to the output
   * @throws CannotRunException if a target cannot be run or a folder holds no results
   */
  public Map<String, Conformance> collect(Path output, List<String> targets, List<Path> folders) {
    if (new HashSet<>(targets).size() < targets.size()) {
      throw new CannotRunException("a target is named twice; name each once");
    }
    // all targets are looked at first: a typing error shall not cost the runs before it
    targets.forEach(TargetCheck::open);
    List<Path> all = new ArrayList<>();
    try {
      Path work = Files.createTempDirectory("apic-tck-compare");
      for (String target : targets) {
        Path folder = work.resolve("run-" + all.size());
        err.println("apic-tck: running the tests on " + target + " ...");
        err.flush();
        new ConformanceRun(options(target, folder), terminal, out, err).run();
        out.println();
        all.add(folder);
      }
      all.addAll(folders);
      Map<String, Conformance> runs = new ResultMerge().merge(output, all);
      deleteTree(work);
      return runs;
    } catch (IOException e) {
      throw new CannotRunException(
          "the runs cannot be written (" + e.getMessage() + "); free some space", e);
    }
  }

  private RunOptions options(String target, Path folder) {
    return new RunOptions(
        target,
        selection,
        Shard.WHOLE,
        folder,
        1,
        60,
        Optional.empty(),
        Optional.empty(),
        false,
        false);
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
