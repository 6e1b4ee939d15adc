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
 * The folder a run leaves: {@code conformance.json}, {@code allure-results}, a page for each test in
 * {@code tests}, and the site.
 */
public final class ResultFolder {
  /** Shows that a folder is ours, also if the run broke off. */
  private static final String MARK = ".apic-tck";

  private static final List<String> OURS =
      List.of(
          Conformance.FILE,
          "allure-results",
          "allure",
          "allure.log",
          "tests",
          "index.html",
          "matrix.html",
          "requirements.html");

  private final Path path;

  private ResultFolder(Path path) {
    this.path = path;
  }

  /**
   * Creates a folder, or empties that of an earlier run.
   *
   * @throws CannotRunException if it cannot be written, or holds something else
   */
  public static ResultFolder prepare(Path path) {
    ResultFolder folder = new ResultFolder(path);
    try {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new CannotRunException(
            "the output %s is a file; name a folder with --output".formatted(path));
      }
      Files.createDirectories(path);
      folder.clear();
      Files.writeString(path.resolve(MARK), "Results of apic-tck; the next run replaces them.\n");
      Files.createDirectories(folder.tests());
      Files.writeString(folder.tests().resolve(TestPage.STYLE_FILE), TestPage.style());
      Files.createDirectories(folder.allureResults());
    } catch (IOException | UncheckedIOException e) {
      throw new CannotRunException(
          "the output folder %s cannot be written (%s); name another with --output"
              .formatted(path, reason(e)),
          e);
    }
    return folder;
  }

  private static String reason(Exception e) {
    Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
    return cause.getClass().getSimpleName().replace("Exception", "") + ": " + cause.getMessage();
  }

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
          "the output folder %s holds other things than results of apic-tck; name another with"
              .formatted(path)
              + " --output, or empty it");
    }
    for (String name : OURS) {
      delete(path.resolve(name));
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
