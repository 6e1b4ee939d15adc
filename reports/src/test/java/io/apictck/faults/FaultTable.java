package io.apictck.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which tests notice which fault.
 *
 * @param planted the planted faults
 * @param notPlanted the entries of the collection that are not planted
 */
record FaultTable(List<Row> planted, List<UnplantedEntry> notPlanted) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * A fault.
   *
   * @param id its id
   * @param title its title
   * @param verdicts how many tests had each verdict
   * @param red the tests that went red
   */
  record Row(String id, String title, Map<Verdict, Long> verdicts, List<String> red) {
    static Row of(PlantedFault fault, SuiteRun run, List<String> red) {
      Map<Verdict, Long> verdicts = new TreeMap<>();
      for (Verdict verdict : Verdict.values()) {
        if (run.count(verdict) > 0) {
          verdicts.put(verdict, run.count(verdict));
        }
      }
      return new Row(fault.id(), fault.title(), verdicts, red);
    }

    private String markdown() {
      String counts =
          Arrays.stream(Verdict.values())
              .filter(verdicts::containsKey)
              .map(verdict -> verdicts.get(verdict) + " " + word(verdict))
              .collect(Collectors.joining(", "));
      String tests = red.stream().map(test -> "`" + test + "`").collect(Collectors.joining("<br>"));
      return "| %s | %s | %s | %s |%n".formatted(id, title, counts, tests);
    }
  }

  /** Writes {@code planted-faults.md} and {@code planted-faults.json}. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("planted-faults.md"), markdown());
    JSON.writeValue(folder.resolve("planted-faults.json").toFile(), this);
  }

  private String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("# Planted faults%n%n".formatted())
        .append("Each fault is planted in the reference model, one at a time.%n%n".formatted())
        .append("| fault | what is wrong | verdicts | tests that went red |%n".formatted())
        .append("|---|---|---|---|%n".formatted());
    planted.forEach(row -> text.append(row.markdown()));
    text.append("%n## Known bugs that are not planted%n%n".formatted())
        .append("| entry | cause | reason |%n|---|---|---|%n".formatted());
    for (UnplantedEntry entry : notPlanted) {
      text.append("| %s | %s | %s |%n".formatted(entry.id(), word(entry.cause()), entry.reason()));
    }
    return text.toString();
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
