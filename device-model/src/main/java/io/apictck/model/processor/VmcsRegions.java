package io.apictck.model.processor;

import java.util.HashMap;
import java.util.Map;

/**
 * All VMCSs of a machine by their physical addresses. Of a VMCS region memory holds the revision
 * identifier and the VMX-abort indicator only; what else software stores there does not matter.
 */
public final class VmcsRegions {
  private final Map<Long, VmcsRegion> regions = new HashMap<>();

  void reset() {
    regions.clear();
  }

  VmcsRegion at(long address) {
    return regions.computeIfAbsent(address, VmcsRegion::new);
  }
}
