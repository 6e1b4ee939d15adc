package io.apictck.suites.catalogue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/** One YAML file of the catalogue: the requirements of one section. */
final class CatalogueFile {
  private static final Pattern ID = Pattern.compile("[A-Z0-9]+(-[A-Z0-9]+)*-\\d{3}");
  private static final List<String> FILE_KEYS = List.of("unit", "section", "requirements");
  private static final List<String> ENTRY_KEYS =
      List.of(
          "id",
          "modality",
          "source",
          "statement",
          "processors",
          "deviations",
          "hint",
          "untestable",
          "corrected");

  private final String name;
  private final String text;

  CatalogueFile(String name, String text) {
    this.name = "requirements/" + name;
    this.text = text;
  }

  List<Requirement> requirements() {
    var file = Node.of(name, parse(), FILE_KEYS);
    String unit = file.text("unit");
    String section = file.text("section");
    List<?> entries = file.list("requirements");
    return IntStream.range(0, entries.size())
        .mapToObj(i -> requirement(unit, section, i + 1, entries.get(i)))
        .toList();
  }

  private Object parse() {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try {
      return new Yaml(new SafeConstructor(options)).load(text);
    } catch (MarkedYAMLException e) {
      throw new CatalogueException(
          "%s is not valid YAML at line %d (%s); correct the line."
              .formatted(name, e.getProblemMark().getLine() + 1, e.getProblem()),
          e);
    } catch (ReaderException e) {
      throw new CatalogueException(
          "%s is not valid YAML (U+%04X at position %d is not allowed); remove the character."
              .formatted(name, e.getCodePoint(), e.getPosition()),
          e);
    }
  }

  private Requirement requirement(String unit, String section, int number, Object value) {
    String place = "%s, entry %d".formatted(name, number);
    if (value instanceof Map<?, ?> map && map.get("id") instanceof String id) {
      place += " (" + id + ")";
    }
    var entry = Node.of(place, value, ENTRY_KEYS);
    return new Requirement(
        entry.id(),
        unit,
        section,
        entry.modality(),
        entry.text("source"),
        entry.text("statement"),
        entry.processors(),
        entry.optionalText("deviations"),
        entry.text("hint"),
        entry.optionalText("untestable"),
        entry.optionalText("corrected"));
  }

  /** A mapping and where it stands, so that every complaint can say so. */
  private record Node(String place, Map<?, ?> values) {

    static Node of(String place, Object value, List<String> keys) {
      if (!(value instanceof Map<?, ?> values)) {
        throw new CatalogueException(
            "%s is not a mapping; write it as keys out of %s with values.".formatted(place, keys));
      }
      for (Object key : values.keySet()) {
        if (!(key instanceof String name && keys.contains(name))) {
          throw new CatalogueException(
              "%s: unknown key '%s'; use one of %s.".formatted(place, key, keys));
        }
      }
      return new Node(place, values);
    }

    String text(String key) {
      Object value = required(key);
      if (!(value instanceof String text) || text.isBlank()) {
        throw wrong(key, value, "write a text in quotes");
      }
      return text;
    }

    String optionalText(String key) {
      return values.containsKey(key) ? text(key) : "";
    }

    List<?> list(String key) {
      Object value = required(key);
      if (!(value instanceof List<?> list) || list.isEmpty()) {
        throw wrong(key, value, "write a list of at least one entry");
      }
      return list;
    }

    String id() {
      String id = text("id");
      if (!ID.matcher(id).matches()) {
        throw wrong(
            "id",
            id,
            "write capital letters or digits, separated by hyphens, and a three-digit number");
      }
      return id;
    }

    Modality modality() {
      String modality = text("modality");
      return Arrays.stream(Modality.values())
          .filter(value -> value.name().equals(modality))
          .findFirst()
          .orElseThrow(
              () -> wrong("modality", modality, "use one of " + List.of(Modality.values())));
    }

    int processors() {
      if (!values.containsKey("processors")) {
        return 1;
      }
      Object value = values.get("processors");
      if (!(value instanceof Integer processors) || processors < 1) {
        throw wrong("processors", value, "write a number of at least 1 or omit the key");
      }
      return processors;
    }

    private Object required(String key) {
      if (!values.containsKey(key)) {
        throw new CatalogueException("%s: key '%s' is missing; add it.".formatted(place, key));
      }
      return values.get(key);
    }

    private CatalogueException wrong(String key, Object value, String remedy) {
      return new CatalogueException(
          "%s: '%s' is not valid for key '%s'; %s.".formatted(place, value, key, remedy));
    }
  }
}
