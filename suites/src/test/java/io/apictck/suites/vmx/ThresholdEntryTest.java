package io.apictck.suites.vmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.suites.support.AddressSweep;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sweeps of VM entry have as many cases as those that they are ports of. */
final class ThresholdEntryTest {
  private static final int WIDTH = 46;
  private static final long PAGE = 0x1000;

  private static List<ThresholdEntry> entries() {
    return ThresholdEntry.Setting.all(true, true).stream().flatMap(ThresholdEntry::of).toList();
  }

  @Test
  void thresholds() {
    assertThat(entries()).hasSize(1022);
    assertThat(entries()).filteredOn(ThresholdEntry::accepted).hasSize(808);
  }

  @Test
  void withoutSecondaryControlsTwoSettingsAreLeft() {
    assertThat(ThresholdEntry.Setting.all(false, false)).hasSize(2);
  }

  @Test
  void addresses() {
    assertThat(AddressSweep.of(WIDTH)).hasSize(68);
    assertThat(AddressSweep.of(WIDTH))
        .filteredOn(address -> address.isLegal(PAGE, WIDTH))
        .hasSize(WIDTH - 10);
  }
}
