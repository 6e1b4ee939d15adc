package io.apictck.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KnownIssuesTest {
  private static KnownIssues parse(String text) {
    return KnownIssues.parse("qemu.issues", text.lines().toList());
  }

  @Test
  void readsATable() {
    KnownIssues issues =
        parse(
            """
            # QEMU
            pattern | versions | verdict | reason | link

            LAPIC-ESR-* | [8.0,9.1) | FAIL | ESR is not latched | https://example.org/7
            a.B#c[xAPIC]|*|TIMEOUT|stops|
            """);

    assertThat(issues.all()).hasSize(2);
    KnownIssue first = issues.all().getFirst();
    assertThat(first.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(first.source()).isEqualTo("qemu.issues:4");
    assertThat(first.explanation()).isEqualTo("ESR is not latched (https://example.org/7)");
    assertThat(issues.all().getLast().explanation()).isEqualTo("stops");
  }

  @Test
  void findsIssuesByTestRequirementAndVersion() {
    KnownIssues issues = parse("LAPIC-ESR-* |[8.0,9.1)|FAIL|r|\na.B#c[xAPIC]|*|CRASH|s|");

    assertThat(issues.of("x.Y#z", List.of("A", "LAPIC-ESR-003"), "9.0.2")).hasSize(1);
    assertThat(issues.of("x.Y#z", List.of("LAPIC-ESR-003"), "9.1")).isEmpty();
    assertThat(issues.of("x.Y#z", List.of("XLAPIC-ESR-003"), "9.0")).isEmpty();
    assertThat(issues.of("a.B#c[xAPIC]", List.of(), "")).hasSize(1);
    assertThat(issues.of("a.B#c[x2APIC]", List.of(), "")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '\'',
      value = {
        "a|b|c; there are 3 columns instead of 5, write pattern | versions | verdict | reason"
            + " | link",
        "|*|FAIL|r|l; the pattern is empty, say which test it is and what is wrong",
        "a|*|FAIL||l; the reason is empty, say which test it is and what is wrong",
        "a|[1.0|FAIL|r|l; \"[1.0\" is no range of versions, write [1.0,2.0), one version, or * for"
            + " all",
        "a|*|PASS|r|l; \"PASS\" is no verdict of a known issue, write FAIL, ERROR, TIMEOUT or"
            + " CRASH",
      })
  void saysWhereALineIsBadAndHowToMendIt(String line, String text) {
    int comma = text.indexOf(", ");
    String sentence = text.substring(0, comma) + "; " + text.substring(comma + 2);
    assertThatThrownBy(() -> KnownIssues.parse("f", List.of("# c", line)))
        .isInstanceOf(KnownIssuesException.class)
        .hasMessage("f:2: " + sentence);
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThatThrownBy(() -> KnownIssues.read(Path.of("/no/such/file")))
        .isInstanceOf(KnownIssuesException.class)
        .hasMessageStartingWith("the known issues cannot be read from /no/such/file");
  }
}
