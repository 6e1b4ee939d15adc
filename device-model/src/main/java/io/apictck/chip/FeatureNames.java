package io.apictck.chip;

import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.util.Locale;
import java.util.Optional;

/** Names of features and stimuli in the protocol: lower case and hyphens. */
final class FeatureNames {
  private FeatureNames() {}

  /** The name of a feature or a stimulus. */
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Feature> feature(String name) {
    return find(Feature.values(), name);
  }

  static Optional<Stimulus> stimulus(String name) {
    return find(Stimulus.values(), name);
  }

  private static <E extends Enum<E>> Optional<E> find(E[] constants, String name) {
    for (E constant : constants) {
      if (name(constant).equals(name)) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }
}
