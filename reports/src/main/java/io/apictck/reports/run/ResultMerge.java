package io.apictck.reports.run;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.ConformanceReader;
import io.apictck.reports.json.ConformanceWriter;
import io.apictck.reports.json.MatrixJson;
import io.apictck.reports.json.RequirementVerdict;
import io.apictck.reports.json.TargetEntry;
import io.apictck.reports.json.TestEntry;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Coverage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Puts result folders together: those of the same implementation, such as shards, become one run,
 * and all runs become one matrix.
 */
public final class ResultMerge {
  private final Catalogue catalogue = Catalogue.load();
  private final Set<String> covered = new HashSet<>(Coverage.scan().requirementIds());

  /** One folder that was read. */
  private record Source(Path folder, Conformance conformance) {}

  /** A test and the folder with its page. */
  private record Found(TestEntry test, Path folder) {}

  /**
   * Merges.
   *
   * @param output the folder to write
   * @param folders folders of runs, or of earlier merges
   * @return the runs, by their folder relative to the output, with a slash at its end
   * @throws CannotRunException if a folder is no result folder, or the output cannot be written
   */
  public Map<String, Conformance> merge(Path output, List<Path> folders) {
    List<Source> sources = new ArrayList<>();
    folders.forEach(folder -> sources.addAll(read(folder, output)));
    Map<TargetEntry, List<Source>> targets = new LinkedHashMap<>();
    for (Source source : sources) {
      targets
          .computeIfAbsent(source.conformance().target(), target -> new ArrayList<>())
          .add(source);
    }
    ResultFolder.forMerge(output).deletePrevious();
    Map<String, Conformance> runs = new LinkedHashMap<>();
    try {
      for (Map.Entry<TargetEntry, List<Source>> target : targets.entrySet()) {
        String folder = ResultFolder.RUNS + "/" + slug(target.getKey(), runs.keySet()) + "/";
        runs.put(folder, merge(target.getKey(), target.getValue(), output.resolve(folder)));
      }
      Files.writeString(output.resolve(MatrixJson.FILE), MatrixJson.write(runs));
    } catch (IOException | UncheckedIOException e) {
      throw new CannotRunException(
          "the merged results cannot be written to %s (%s); free some space or name another folder"
              .formatted(output, e.getMessage()),
          e);
    }
    return runs;
  }

  private static List<Source> read(Path folder, Path output) {
    if (folder.toAbsolutePath().normalize().equals(output.toAbsolutePath().normalize())) {
      throw new CannotRunException(
          "%s cannot be both read and written; name another folder first".formatted(folder));
    }
    List<Path> found = new ArrayList<>();
    if (Files.exists(folder.resolve(Conformance.FILE))) {
      found.add(folder);
    } else {
      found.addAll(inside(folder.resolve(ResultFolder.RUNS)));
      found.addAll(inside(folder));
    }
    if (found.isEmpty()) {
      throw new CannotRunException(
          "%s holds no %s; name folders that apic-tck run or merge has written"
              .formatted(folder, Conformance.FILE));
    }
    return found.stream()
        .map(path -> new Source(path, ConformanceReader.read(path.resolve(Conformance.FILE))))
        .toList();
  }

  private static List<Path> inside(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(path -> Files.exists(path.resolve(Conformance.FILE))).sorted().toList();
    } catch (IOException e) {
      throw new CannotRunException("%s cannot be read: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static String slug(TargetEntry target, Set<String> taken) {
    String plain =
        (target.name() + "-" + target.version())
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9.]+", "-")
            .replaceAll("^[-.]+|[-.]+$", "");
    String slug = plain.isEmpty() ? "run" : plain;
    int number = 2;
    String unique = slug;
    while (taken.contains(ResultFolder.RUNS + "/" + unique + "/")) {
      unique = slug + "-" + number++;
    }
    return unique;
  }

  private Conformance merge(TargetEntry target, List<Source> sources, Path folder)
      throws IOException {
    SortedMap<String, Found> tests = new TreeMap<>();
    double seconds = 0;
    boolean complete = true;
    for (Source source : sources) {
      seconds += source.conformance().seconds();
      complete &= source.conformance().complete();
      for (TestEntry test : source.conformance().tests()) {
        tests.merge(test.id(), new Found(test, source.folder()), ResultMerge::worse);
      }
    }
    Files.createDirectories(folder.resolve("tests"));
    for (Source source : sources) {
      copyAll(source.folder().resolve("allure-results"), folder.resolve("allure-results"));
      copy(source.folder().resolve("tests/style.css"), folder.resolve("tests/style.css"));
    }
    for (Found found : tests.values()) {
      String page = "tests/" + found.test().key() + ".html";
      copy(found.folder().resolve(page), folder.resolve(page));
    }
    List<TestEntry> entries = tests.values().stream().map(Found::test).toList();
    Conformance merged = Results.of(target, seconds, complete, entries, catalogue, covered);
    Files.writeString(folder.resolve(Conformance.FILE), ConformanceWriter.write(merged));
    return merged;
  }

  /** Of two results of a test: an unexpected one, else the one with the worse verdict. */
  private static Found worse(Found first, Found second) {
    if (first.test().expected() != second.test().expected()) {
      return first.test().expected() ? second : first;
    }
    int order =
        RequirementVerdict.of(first.test().verdict())
            .compareTo(RequirementVerdict.of(second.test().verdict()));
    return order < 0 ? first : second;
  }

  private static void copyAll(Path from, Path to) throws IOException {
    if (!Files.isDirectory(from)) {
      return;
    }
    Files.createDirectories(to);
    List<Path> files;
    try (Stream<Path> list = Files.list(from)) {
      files = list.toList();
    }
    for (Path file : files) {
      copy(file, to.resolve(file.getFileName().toString()));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
