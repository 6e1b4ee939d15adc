package io.apictck.junit;

import io.apictck.machine.FeatureProbe;
import io.apictck.platform.Feature;
import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** A test needs what the implementation or the platform lacks. */
final class NotApplicableException extends TestAbortedException {
  @Serial private static final long serialVersionUID = 1;

  private final @Nullable Feature feature;

  /** With the predicate that failed. */
  NotApplicableException(String message) {
    super(message);
    this.feature = null;
  }

  /** With the feature that is missing. */
  NotApplicableException(Feature feature) {
    super(FeatureProbe.predicate(feature));
    this.feature = feature;
  }

  /** The feature that is missing, if it is one. */
  Optional<Feature> feature() {
    return Optional.ofNullable(feature);
  }
}
