package io.apictck.target;

import io.apictck.platform.PlatformProvider;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The kinds of targets on the class path. */
public final class Targets {
  private final List<PlatformProvider> providers;

  /** A fixed choice of kinds. */
  public Targets(List<PlatformProvider> providers) {
    this.providers =
        providers.stream().sorted(Comparator.comparing(PlatformProvider::name)).toList();
  }

  /** What {@link ServiceLoader} finds. */
  public static Targets load() {
    return new Targets(
        ServiceLoader.load(PlatformProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  /** All kinds, by name. */
  public List<PlatformProvider> all() {
    return providers;
  }

  /**
   * The provider of a target.
   *
   * @throws TargetException if there is none, it does not know an option, or it cannot be used on
   *     this computer
   */
  public PlatformProvider find(TargetSpec target) {
    PlatformProvider provider = named(target.name());
    for (String key : target.options().keySet()) {
      if (!provider.options().containsKey(key)) {
        throw new TargetException(
            "target %s has no option \"%s\"; %s"
                .formatted(target.name(), key, known("options", provider.options().keySet())));
      }
    }
    List<String> obstacles = provider.obstacles(target.options());
    if (!obstacles.isEmpty()) {
      throw new TargetException(
          "target %s cannot be used here: %s"
              .formatted(target.name(), String.join("; ", obstacles)));
    }
    return provider;
  }

  private PlatformProvider named(String name) {
    return providers.stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new TargetException(
                "there is no target \"%s\"; %s"
                    .formatted(
                        name,
                        known(
                            "targets",
                            providers.stream()
                                .map(PlatformProvider::name)
                                .collect(Collectors.toList())))));
  }

  private static String known(String what, Iterable<String> names) {
    TreeSet<String> sorted = new TreeSet<>();
    names.forEach(sorted::add);
    return sorted.isEmpty()
        ? "there are no " + what
        : "known " + what + ": " + String.join(", ", sorted);
  }
}
