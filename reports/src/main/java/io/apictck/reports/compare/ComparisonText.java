package io.apictck.reports.compare;

import io.apictck.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A comparison as Markdown. */
public final class ComparisonText {
  private ComparisonText() {}

  /** The text of the file. */
  public static String of(Comparison comparison) {
    StringBuilder text = new StringBuilder("# Comparison\n");
    text.append("\n## Tests with different verdicts\n\n");
    if (comparison.differences().isEmpty()) {
      text.append("None.\n");
    } else {
      heading(text, "test", comparison.targets());
      for (Comparison.Difference row : comparison.differences()) {
        List<String> verdicts = row.verdicts().stream().map(ComparisonText::name).toList();
        row(text, title(row.test(), row.requirements()), verdicts);
      }
    }
    text.append("\n## What the manual leaves open\n\n");
    if (comparison.behaviours().isEmpty()) {
      text.append("Nothing was recorded.\n");
    } else {
      heading(text, "behaviour", comparison.targets());
      comparison.behaviours().stream()
          .filter(row -> !row.agreed())
          .forEach(row -> behaviour(text, row));
      comparison.behaviours().stream()
          .filter(Comparison.Behaviour::agreed)
          .forEach(row -> behaviour(text, row));
    }
    return text.toString();
  }

  private static void behaviour(StringBuilder text, Comparison.Behaviour behaviour) {
    row(
        text,
        behaviour.what() + "<br>" + title(behaviour.test(), behaviour.requirements()),
        behaviour.seen());
  }

  private static void heading(StringBuilder text, String first, List<String> targets) {
    row(text, first, targets);
    text.append("|---".repeat(targets.size() + 1)).append("|\n");
  }

  private static void row(StringBuilder text, String first, List<String> others) {
    List<String> cells = new ArrayList<>(List.of(first));
    cells.addAll(others);
    for (String cell : cells) {
      text.append("| ").append(cell.replace("|", "\\|").replace("\n", "<br>")).append(' ');
    }
    text.append("|\n");
  }

  private static String title(String test, List<String> requirements) {
    String shortId = test.substring(test.lastIndexOf('.', test.indexOf('#')) + 1);
    return requirements.isEmpty() ? shortId : String.join(" ", requirements) + " " + shortId;
  }

  private static String name(Optional<Verdict> verdict) {
    return verdict
        .map(given -> given == Verdict.NOT_APPLICABLE ? "n/a" : given.name())
        .orElse("not run");
  }
}
