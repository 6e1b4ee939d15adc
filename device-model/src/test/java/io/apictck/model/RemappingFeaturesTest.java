package io.apictck.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.Feature;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Features of interrupt remapping go together with those that they need. */
class RemappingFeaturesTest {
  private static Set<Feature> without(Feature feature) {
    return new ModelConfiguration(List.of(0), EnumSet.complementOf(EnumSet.of(feature))).features();
  }

  @Test
  void withoutTheUnitNothingOfItIsLeft() {
    assertThat(without(Feature.REMAPPING_UNIT))
        .doesNotContain(
            Feature.INTERRUPT_REMAPPING,
            Feature.EXTENDED_INTERRUPT_MODE,
            Feature.INTERRUPT_POSTING,
            Feature.ENHANCED_SIRTP,
            Feature.WIDE_INVALIDATION_DESCRIPTORS,
            Feature.DMAR_TABLE)
        .contains(Feature.ACPI_TABLES, Feature.POSTED_INTERRUPTS);
  }

  @Test
  void withoutRemappingTheUnitIsLeft() {
    assertThat(without(Feature.INTERRUPT_REMAPPING))
        .contains(Feature.REMAPPING_UNIT, Feature.DMAR_TABLE)
        .doesNotContain(Feature.EXTENDED_INTERRUPT_MODE, Feature.INTERRUPT_POSTING);
  }

  @Test
  void wideDestinationsNeedX2apicMode() {
    assertThat(without(Feature.X2APIC))
        .contains(Feature.INTERRUPT_REMAPPING)
        .doesNotContain(Feature.EXTENDED_INTERRUPT_MODE);
  }

  @Test
  void theTableIsOneOfAcpi() {
    assertThat(without(Feature.ACPI_TABLES)).doesNotContain(Feature.DMAR_TABLE);
  }
}
