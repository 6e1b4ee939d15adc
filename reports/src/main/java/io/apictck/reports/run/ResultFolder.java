package io.apictck.reports.run;

import io.apictck.reports.json.Conformance;
import io.apictck.reports.site.TestPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder a run leaves: {@code conformance.json}, {@code allure-results}, a page for each test
 * in {@code tests}, and the site.
 */
public final class ResultFolder {
  /** Shows that a folder is ours, also if the run broke off. */
  private static final String MARK = ".apic-tck";

  /** Folder of the runs that were merged. */
  static final String RUNS = "runs";

  /**
   * Where the results of the run before wait to be deleted. Some file systems create files slowly
   * for seconds after many were deleted, so that happens at the end.
   */
  private static final String PREVIOUS = ".previous";

  private static final List<String> OURS =
      List.of(
          Conformance.FILE,
          "allure-results",
          "allure",
          "allure.log",
          "tests",
          RUNS,
          "matrix.json",
          "comparison.md",
          "index.html",
          "matrix.html",
          "requirements.html",
          "measurements.html");

  private final Path path;

  private ResultFolder(Path path) {
    this.path = path;
  }

  /**
   * Creates the folder of a run, or empties that of an earlier one.
   *
   * @throws CannotRunException if it cannot be written, or holds something else
   */
  public static ResultFolder forRun(Path path) {
    return prepare(path, ResultFolder::addRun);
  }

  /**
   * Creates a folder for several runs, or empties that of an earlier merge.
   *
   * @throws CannotRunException if it cannot be written, or holds something else
   */
  public static ResultFolder forMerge(Path path) {
    return prepare(path, folder -> {});
  }

  private interface Addition {
    void to(ResultFolder folder) throws IOException;
  }

  private static void addRun(ResultFolder folder) throws IOException {
    Files.createDirectories(folder.tests());
    Files.writeString(folder.tests().resolve(TestPage.STYLE_FILE), TestPage.style());
    Files.createDirectories(folder.allureResults());
  }

  private static ResultFolder prepare(Path path, Addition addition) {
    ResultFolder folder = new ResultFolder(path);
    try {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new CannotRunException("the output %s is a file; name a folder".formatted(path));
      }
      Files.createDirectories(path);
      folder.clear();
      Files.writeString(path.resolve(MARK), "Results of apic-tck; the next run replaces them.\n");
      addition.to(folder);
    } catch (IOException | UncheckedIOException e) {
      throw new CannotRunException(
          "the output folder %s cannot be written (%s); name another".formatted(path, reason(e)),
          e);
    }
    return folder;
  }

  private static String reason(Exception e) {
    Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
    return cause.getClass().getSimpleName().replace("Exception", "") + ": " + cause.getMessage();
  }

  /** Moves what an earlier run left out of the way. */
  private void clear() throws IOException {
    List<Path> contents;
    try (Stream<Path> list = Files.list(path)) {
      contents = list.toList();
    }
    if (contents.isEmpty()) {
      return;
    }
    if (!Files.exists(path.resolve(MARK))) {
      throw new CannotRunException(
          "the output folder %s holds other things than results of apic-tck; name another or empty it"
              .formatted(path));
    }
    Path previous = path.resolve(PREVIOUS);
    delete(previous);
    Files.createDirectory(previous);
    for (String name : OURS) {
      if (Files.exists(path.resolve(name))) {
        Files.move(path.resolve(name), previous.resolve(name));
      }
    }
  }

  /**
   * Deletes what an earlier run left in the folder.
   *
   * @throws CannotRunException if that cannot be done
   */
  public void deletePrevious() {
    try {
      delete(path.resolve(PREVIOUS));
    } catch (IOException | UncheckedIOException e) {
      throw new CannotRunException(
          "the results of the run before, %s, cannot be deleted (%s); delete them"
              .formatted(path.resolve(PREVIOUS), reason(e)),
          e);
    }
  }

  private static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The folder itself. */
  public Path path() {
    return path;
  }

  /** Where the pages of tests are. */
  public Path tests() {
    return path.resolve("tests");
  }

  /** Where the results for Allure are. */
  public Path allureResults() {
    return path.resolve("allure-results");
  }

  /** The results for programs. */
  public Path conformance() {
    return path.resolve(Conformance.FILE);
  }
}
