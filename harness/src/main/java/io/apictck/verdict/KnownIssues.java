package io.apictck.verdict;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The known issues of one target, read from a table in a text file.
 *
 * <p>One issue a line, five columns with bars between them; blank lines and lines that begin with
 * {@code #} are skipped:
 *
 * <pre>
 * pattern | versions | verdict | reason | link
 * LAPIC-ESR-003 | [1.0,2.0) | FAIL | ESR is not latched by a write | https://example.org/issues/7
 * io.example.TimerTests#* | * | TIMEOUT | the timer stops after INIT |
 * </pre>
 *
 * <p>{@code pattern} is the id of a test or of a requirement, with {@code *} for any characters;
 * {@code versions} a {@link VersionRange}; {@code verdict} FAIL, ERROR, TIMEOUT or CRASH; {@code
 * link} may be left empty. The heading line may be there or not.
 */
public final class KnownIssues {
  /** No issue is known. */
  public static final KnownIssues NONE = new KnownIssues(List.of());

  private static final String HEADING = "pattern";
  private static final int COLUMNS = 5;

  private final List<KnownIssue> issues;

  private KnownIssues(List<KnownIssue> issues) {
    this.issues = List.copyOf(issues);
  }

  /**
   * Reads a file.
   *
   * @throws KnownIssuesException if it cannot be read or a line is bad
   */
  public static KnownIssues read(Path file) {
    try {
      return parse(file.toString(), Files.readAllLines(file));
    } catch (IOException e) {
      throw new KnownIssuesException(
          "the known issues cannot be read from " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * What the kit itself knows of a kind of target: the class path resource {@code
   * known-issues/NAME.txt}; {@link #NONE} if there is none.
   *
   * @param target name of the kind of target
   * @throws KnownIssuesException if a line is bad
   */
  public static KnownIssues bundled(String target) {
    String name = "known-issues/" + target + ".txt";
    try (InputStream in = KnownIssues.class.getClassLoader().getResourceAsStream(name)) {
      return in == null
          ? NONE
          : parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Parses the lines of a file.
   *
   * @throws KnownIssuesException if a line is bad
   */
  public static KnownIssues parse(String file, List<String> lines) {
    List<KnownIssue> issues = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        parseLine(file + ":" + (i + 1), line).ifPresent(issues::add);
      }
    }
    return new KnownIssues(issues);
  }

  private static Optional<KnownIssue> parseLine(String source, String line) {
    String[] columns = line.split("\\|", -1);
    for (int i = 0; i < columns.length; i++) {
      columns[i] = columns[i].strip();
    }
    if (columns.length != COLUMNS) {
      throw bad(
          source,
          "there are " + columns.length + " columns instead of " + COLUMNS,
          "write pattern | versions | verdict | reason | link");
    }
    if (columns[0].equals(HEADING)) {
      return Optional.empty();
    }
    if (columns[0].isEmpty() || columns[3].isEmpty()) {
      throw bad(
          source,
          "the " + (columns[0].isEmpty() ? "pattern" : "reason") + " is empty",
          "say which test it is and what is wrong");
    }
    return Optional.of(
        new KnownIssue(
            columns[0],
            versions(source, columns[1]),
            verdict(source, columns[2]),
            columns[3],
            columns[4],
            source));
  }

  private static VersionRange versions(String source, String text) {
    return VersionRange.parse(text)
        .orElseThrow(() ->
            bad(
                source,
                "\"" + text + "\" is no range of versions",
                "write [1.0,2.0), one version, or * for all"));
  }

  private static Verdict verdict(String source, String text) {
    return switch (text) {
      case "FAIL" -> Verdict.FAIL;
      case "ERROR" -> Verdict.ERROR;
      case "TIMEOUT" -> Verdict.TIMEOUT;
      case "CRASH" -> Verdict.CRASH;
      default ->
          throw bad(
              source,
              "\"" + text + "\" is no verdict of a known issue",
              "write FAIL, ERROR, TIMEOUT or CRASH");
    };
  }

  private static KnownIssuesException bad(String source, String what, String remedy) {
    return new KnownIssuesException(source + ": " + what + "; " + remedy);
  }

  /** All of them, in the order of the file. */
  public List<KnownIssue> all() {
    return issues;
  }

  /** Those that speak of a test on a version of the platform. */
  public List<KnownIssue> of(String testId, List<String> requirements, String version) {
    return issues.stream().filter(issue -> issue.appliesTo(testId, requirements, version)).toList();
  }
}
