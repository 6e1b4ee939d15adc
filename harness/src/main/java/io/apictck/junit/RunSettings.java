package io.apictck.junit;

import io.apictck.platform.Feature;
import io.apictck.target.TargetSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What the configuration parameters of JUnit say.
 *
 * @param target {@code apictck.target}: what is tested
 * @param testTimeout {@code apictck.testTimeout}: wall-clock bound of a test
 * @param seed {@code apictck.seed}: chooses the samples of sweeps
 * @param knownIssues {@code apictck.knownIssues}: file of known issues; without it what {@link
 *     io.apictck.verdict.KnownIssues#bundled} has of the target
 * @param complete {@code apictck.complete}: present if the target has every feature and stimulus
 *     but these features, so that a test which finds another one missing fails; for mutation
 *     testing
 */
record RunSettings(
    TargetSpec target,
    Duration testTimeout,
    long seed,
    Optional<Path> knownIssues,
    Optional<Set<Feature>> complete) {
  private static final String DEFAULT_TARGET = "model";
  private static final long DEFAULT_TIMEOUT = 60;
  private static final long DEFAULT_SEED = 1;

  /** Reads the parameters. */
  static RunSettings of(Function<String, Optional<String>> parameters) {
    long timeout = number(parameters, "apictck.testTimeout", DEFAULT_TIMEOUT);
    if (timeout < 1) {
      throw new IllegalArgumentException(
          "apictck.testTimeout must be at least 1 second, not " + timeout);
    }
    return new RunSettings(
        TargetSpec.parse(parameters.apply("apictck.target").orElse(DEFAULT_TARGET)),
        Duration.ofSeconds(timeout),
        number(parameters, "apictck.seed", DEFAULT_SEED),
        parameters.apply("apictck.knownIssues").filter(path -> !path.isBlank()).map(Path::of),
        parameters.apply("apictck.complete").map(RunSettings::features));
  }

  /** Names of features with commas between them; none for an empty text. */
  private static Set<Feature> features(String text) {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    for (String name : text.split(",", -1)) {
      if (name.isBlank()) {
        continue;
      }
      try {
        features.add(Feature.valueOf(name.strip()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "apictck.complete must be names of features, but there is no " + name.strip(), e);
      }
    }
    return features;
  }

  private static long number(
      Function<String, Optional<String>> parameters, String name, long otherwise) {
    String text = parameters.apply(name).orElse(Long.toString(otherwise));
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " must be a whole number, not \"" + text + "\"", e);
    }
  }
}
