package io.apictck.model;

import io.apictck.platform.Feature;
import java.util.List;
import java.util.Set;

/**
 * How a reference machine is built.
 *
 * @param apicIds x2APIC ID of each processor, in index order
 * @param features what it offers
 */
public record ModelConfiguration(List<Integer> apicIds, Set<Feature> features) {
  /** Physical address bits. */
  public static final int MAX_PHY_ADDR = 46;

  /** Time-stamp counter ticks per nanosecond: 1 GHz. */
  public static final long TSC_PER_NANO = 1;

  /** Nanoseconds per tick of the APIC timer's input clock, the core crystal clock of 25 MHz. */
  public static final long NANOS_PER_CRYSTAL_TICK = 40;

  /** Nanoseconds that each instruction takes. */
  public static final long NANOS_PER_INSTRUCTION = 1;

  /** Takes copies. */
  public ModelConfiguration {
    apicIds = List.copyOf(apicIds);
    features = Set.copyOf(features);
  }

  public boolean has(Feature feature) {
    return features.contains(feature);
  }

  /** Bits 23:16 of the local APIC version register. */
  public int maxLvtEntry() {
    if (!has(Feature.LVT_PERFORMANCE)) {
      return 3;
    }
    if (!has(Feature.LVT_THERMAL)) {
      return 4;
    }
    return has(Feature.LVT_CMCI) ? 6 : 5;
  }
}
