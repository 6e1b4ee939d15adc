package io.apictck.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.reports.cli.CommandLines;
import io.apictck.reports.json.Conformance;
import io.apictck.reports.json.ConformanceReader;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole suite on the reference model, with its report: what a user's first run does. */
final class ConformanceRunIT {
  private static final List<Verdict> BAD =
      List.of(Verdict.FAIL, Verdict.ERROR, Verdict.TIMEOUT, Verdict.CRASH);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void theReferenceModelConforms() throws IOException {
    Path results = Path.of(System.getProperty("apictck.results", "target/apic-tck-results"));
    int code =
        CommandLines.execute(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            "run",
            "--output",
            results.toString());
    assertThat(code).as("%s%n%s", out, err).isZero();
    Conformance conformance = ConformanceReader.read(results.resolve(Conformance.FILE));
    assertThat(conformance.complete()).isTrue();
    assertThat(conformance.tests()).hasSizeGreaterThan(300);
    assertThat(conformance.counts()).allSatisfy(this::isGood);
    assertThat(conformance.unexpected()).isEmpty();
    assertThat(results.resolve("index.html")).isNotEmptyFile();
    assertThat(results.resolve("matrix.html")).isNotEmptyFile();
    assertThat(results.resolve("requirements.html")).isNotEmptyFile();
    assertThat(results.resolve("allure/index.html")).isNotEmptyFile();
    assertThat(pages(results)).isEqualTo(conformance.tests().size());
    assertNothingFromTheNetwork(results);
  }

  /** Also those that no PC has. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model:io-apics=2,io-apic-inputs=240",
        "model:io-apics=16,io-apic-inputs=16",
        "model:without=io-apic-eoi-register+extended-destination-id+eoi-broadcast-suppression"
      })
  void ioApicsOfAllSizesConform(String target, @TempDir Path results) throws IOException {
    int code =
        CommandLines.execute(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            "run",
            "--no-site",
            "--unit",
            "I/O APIC",
            "--target",
            target,
            "--output",
            results.toString());
    assertThat(code).as("%s%n%s", out, err).isZero();
    assertThat(ConformanceReader.read(results.resolve(Conformance.FILE)).counts())
        .allSatisfy(this::isGood);
  }

  private void isGood(Verdict verdict, int count) {
    if (BAD.contains(verdict)) {
      assertThat(count).as(verdict.name()).isZero();
    }
  }

  private static long pages(Path results) throws IOException {
    try (Stream<Path> files = Files.list(results.resolve("tests"))) {
      return files.filter(file -> file.toString().endsWith(".html")).count();
    }
  }

  private static void assertNothingFromTheNetwork(Path results) throws IOException {
    for (String page : List.of("index.html", "matrix.html", "requirements.html")) {
      assertThat(results.resolve(page))
          .content()
          .doesNotContainPattern("(src|href)=\"(https?:)?//");
    }
    assertThat(results.resolve("allure/index.html")).content().doesNotContain("googletagmanager");
  }
}
