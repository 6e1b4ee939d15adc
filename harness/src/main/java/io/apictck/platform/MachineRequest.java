package io.apictck.platform;

import java.util.List;
import java.util.Set;

/**
 * The machine a test wants.
 *
 * @param processors how many processors at least, from 1
 * @param apicIds APIC IDs the processors must have, in index order; empty if the platform may
 *     choose
 * @param without features that the machine must not offer
 */
public record MachineRequest(int processors, List<Integer> apicIds, Set<Feature> without) {
  /** Takes copies. */
  public MachineRequest {
    apicIds = List.copyOf(apicIds);
    without = Set.copyOf(without);
    if (processors < 1) {
      throw new IllegalArgumentException("a machine has at least one processor, not " + processors);
    }
    if (!apicIds.isEmpty() && apicIds.size() != processors) {
      throw new IllegalArgumentException(
          "there must be as many APIC IDs as processors, not "
              + apicIds.size()
              + " for "
              + processors);
    }
  }

  /** A machine with {@code processors} processors and nothing special. */
  public static MachineRequest of(int processors) {
    return new MachineRequest(processors, List.of(), Set.of());
  }
}
