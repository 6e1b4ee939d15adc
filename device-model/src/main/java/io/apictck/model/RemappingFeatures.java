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

  /** What is of no use without interrupt remapping. */
  private static final Set<Feature> OF_REMAPPING =
      Set.of(
          Feature.EXTENDED_INTERRUPT_MODE,
          Feature.INTERRUPT_POSTING,
          Feature.ENHANCED_SIRTP,
          Feature.WIDE_INVALIDATION_DESCRIPTORS);

  private RemappingFeatures() {}

  /** Removes what needs a feature that is not there. */
  static void makeConsistent(Set<Feature> features) {
    if (!features.contains(Feature.REMAPPING_UNIT)) {
      features.removeAll(OF_UNIT);
    }
    if (!features.contains(Feature.INTERRUPT_REMAPPING)) {
      features.removeAll(OF_REMAPPING);
    }
    if (!features.contains(Feature.X2APIC)) {
      features.remove(Feature.EXTENDED_INTERRUPT_MODE);
    }
    if (!features.contains(Feature.ACPI_TABLES)) {
      features.remove(Feature.DMAR_TABLE);
    }
  }
}
