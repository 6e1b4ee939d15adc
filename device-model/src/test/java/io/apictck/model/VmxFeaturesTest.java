package io.apictck.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.Feature;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Features of VMX go together with those that they need. */
class VmxFeaturesTest {
  private static Set<Feature> without(Feature feature) {
    return new ModelConfiguration(List.of(0), EnumSet.complementOf(EnumSet.of(feature))).features();
  }

  @Test
  void withoutVmxNothingOfItIsLeft() {
    assertThat(without(Feature.VMX))
        .noneMatch(feature -> feature.control().isPresent())
        .doesNotContain(Feature.VMX_TRUE_CONTROLS, Feature.HLT_ACTIVITY)
        .contains(Feature.X2APIC);
  }

  @Test
  void withoutTprShadowOnlyTheAccessPageIsLeft() {
    assertThat(without(Feature.TPR_SHADOW))
        .contains(Feature.VIRTUALIZE_APIC_ACCESSES)
        .doesNotContain(
            Feature.VIRTUALIZE_X2APIC_MODE,
            Feature.APIC_REGISTER_VIRTUALIZATION,
            Feature.VIRTUAL_INTERRUPT_DELIVERY,
            Feature.POSTED_INTERRUPTS,
            Feature.IPI_VIRTUALIZATION);
  }

  @Test
  void postedInterruptsNeedVirtualInterruptDelivery() {
    assertThat(without(Feature.VIRTUAL_INTERRUPT_DELIVERY))
        .contains(Feature.IPI_VIRTUALIZATION)
        .doesNotContain(Feature.POSTED_INTERRUPTS);
  }

  @Test
  void controlsForUinvNeedUserInterrupts() {
    assertThat(without(Feature.USER_INTERRUPTS))
        .contains(Feature.VMX)
        .doesNotContain(Feature.LOAD_UINV, Feature.CLEAR_UINV);
    assertThat(without(Feature.VMX))
        .contains(Feature.USER_INTERRUPTS)
        .doesNotContain(Feature.LOAD_UINV, Feature.CLEAR_UINV);
  }

  @Test
  void whatIsNotImplementedIsNotOffered() {
    assertThat(without(Feature.PIC))
        .contains(Feature.VMX, Feature.POSTED_INTERRUPTS, Feature.EPT)
        .doesNotContain(
            Feature.UNRESTRICTED_GUEST,
            Feature.VMX_PREEMPTION_TIMER,
            Feature.APIC_TIMER_VIRTUALIZATION);
  }
}
