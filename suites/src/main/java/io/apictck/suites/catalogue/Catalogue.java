package io.apictck.suites.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** All requirements, in the order of the catalogue's files and of the entries in them. */
public final class Catalogue {
  private static final String INDEX = "index.txt";

  private final SequencedMap<String, Requirement> requirements;

  private Catalogue(SequencedMap<String, Requirement> requirements) {
    this.requirements = requirements;
  }

  /**
   * Reads the catalogue shipped with the suites: the YAML files that {@code requirements/index.txt}
   * lists.
   *
   * @throws CatalogueException if a file is missing, is not valid YAML or has an invalid entry
   */
  public static Catalogue load() {
    return load(Catalogue::resource);
  }

  /**
   * As {@link #load()}, with the index and the files read by {@code text}, which knows them by
   * name.
   */
  static Catalogue load(Function<String, String> text) {
    var requirements = new LinkedHashMap<String, Requirement>();
    var origins = new HashMap<String, String>();
    for (String file : index(text.apply(INDEX))) {
      for (Requirement requirement : new CatalogueFile(file, text.apply(file)).requirements()) {
        String earlier = origins.putIfAbsent(requirement.id(), file);
        if (earlier != null) {
          throw new CatalogueException(
              "requirements/%s: id %s is already used in requirements/%s; give one of the two a new number."
                  .formatted(file, requirement.id(), earlier));
        }
        requirements.put(requirement.id(), requirement);
      }
    }
    return new Catalogue(requirements);
  }

  /** The requirement with this id. */
  public Optional<Requirement> find(String id) {
    return Optional.ofNullable(requirements.get(id));
  }

  /** Every requirement, in catalogue order. */
  public List<Requirement> all() {
    return List.copyOf(requirements.values());
  }

  /**
   * The requirements whose id matches, in catalogue order.
   *
   * @param pattern an id, or a glob in which {@code *} stands for any characters, for example
   *     {@code LAPIC-EOI-*}
   */
  public List<Requirement> matching(String pattern) {
    var ids = Pattern.compile("\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E").asMatchPredicate();
    return requirements.values().stream()
        .filter(requirement -> ids.test(requirement.id()))
        .toList();
  }

  private static List<String> index(String text) {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  private static String resource(String file) {
    String path = "/requirements/" + file;
    try (InputStream in = Catalogue.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new CatalogueException(
            "Resource %s is missing; add the file or remove it from requirements/%s."
                .formatted(path, INDEX));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CatalogueException(
          "Resource %s cannot be read; check the jar of the suites.".formatted(path), e);
    }
  }
}
