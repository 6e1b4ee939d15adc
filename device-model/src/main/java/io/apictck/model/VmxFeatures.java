package io.apictck.model;

import io.apictck.platform.Feature;
import java.util.Set;

/**
 * Which features of VMX need which others (Intel SDM Vol. 3C, "Checks on VMX Controls"; Vol. 3D,
 * "VMX Capability Reporting Facility").
 */
final class VmxFeatures {
  /** What the model does not have. */
  private static final Set<Feature> NOT_OFFERED =
      Set.of(
          Feature.UNRESTRICTED_GUEST,
          Feature.APIC_TIMER_VIRTUALIZATION,
          Feature.VMX_PREEMPTION_TIMER);

  private static final Set<Feature> CAPABILITIES =
      Set.of(
          Feature.VMX_TRUE_CONTROLS,
          Feature.HLT_ACTIVITY,
          Feature.SHUTDOWN_ACTIVITY,
          Feature.WAIT_FOR_SIPI_ACTIVITY);

  /** What works on the virtual-APIC page. */
  private static final Set<Feature> NEED_TPR_SHADOW =
      Set.of(
          Feature.VIRTUALIZE_X2APIC_MODE,
          Feature.APIC_REGISTER_VIRTUALIZATION,
          Feature.VIRTUAL_INTERRUPT_DELIVERY,
          Feature.IPI_VIRTUALIZATION);

  private VmxFeatures() {}

  /** Removes what is not offered, and what needs a feature that is not there. */
  static void makeConsistent(Set<Feature> features) {
    features.removeAll(NOT_OFFERED);
    if (!features.contains(Feature.VMX)) {
      features.removeAll(CAPABILITIES);
      features.removeIf(feature -> feature.control().isPresent());
    }
    if (!features.contains(Feature.USER_INTERRUPTS)) {
      features.removeAll(Set.of(Feature.LOAD_UINV, Feature.CLEAR_UINV));
    }
    if (!features.contains(Feature.TPR_SHADOW)) {
      features.removeAll(NEED_TPR_SHADOW);
    }
    if (!features.contains(Feature.VIRTUAL_INTERRUPT_DELIVERY)) {
      features.remove(Feature.POSTED_INTERRUPTS);
    }
  }
}
