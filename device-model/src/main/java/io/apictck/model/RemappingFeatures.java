package io.apictck.model;

import io.apictck.platform.Feature;
import java.util.Set;

/** Which features of interrupt remapping need which others. */
final class RemappingFeatures {
  /** What a remapping unit offers. */
  private static final Set<Feature> OF_UNIT =
      Set.of(
          Feature.INTERRUPT_REMAPPING,
          Feature.EXTENDED_INTERRUPT_MODE,
          Feature.INTERRUPT_POSTING,
          Feature.ENHANCED_SIRTP,
          Feature.WIDE_INVALIDATION_DESCRIPTORS,
          Feature.DMAR_TABLE);

  private RemappingFeatures() {}

  /** Removes what needs a feature that is not there. */
  static void makeConsistent(Set<Feature> features) {
    features.removeAll(OF_UNIT);
  }
}
