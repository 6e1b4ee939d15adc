package io.apictck.suites.msi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.Landing;
import io.apictck.suites.support.MaskModel;
import io.apictck.suites.support.MessageSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Mask and pending bits of MSI (PCI Local Bus Specification, "Per-vector Masking and Function
 * Masking").
 */
@Conformance
@Requires(value = Feature.MSI, stimuli = Stimulus.FUNCTION_INTERRUPTS)
final class MsiMaskTests {
  private static final int DATA = 0x4060;
  private static final int LENGTH = 4;
  private static final int WALK = 2000;

  private static void enable(MsiCapability msi, Landing landing) {
    msi.allocate(msi.layout().multipleMessageCapable());
    msi.program(landing.address(), DATA);
    msi.setMask(0);
    msi.setEnabled(true);
  }

  @Test
  @Sweep
  @Covers({"MSI-CAP-008", "MSI-CAP-009"})
  void aMaskedVectorIsPendingAndIsSentOnceUnmasked(Machine machine, Cases cases) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.maskableMsi(machine)) {
      PciFunction function = msi.function();
      enable(msi, landing);
      cases.range(
          0,
          Math.min(msi.messages(), function.interrupts()) - 1,
          vector -> {
            int bit = 1 << vector;
            msi.setMask(bit);
            // three events
            function.pulse(vector);
            function.pulse(vector);
            function.interrupt(vector, true);
            landing.expectNothing();
            assertThat(msi.pending()).as("pending bits").isEqualTo(bit);
            msi.writePending(0);
            assertThat(msi.pending()).as("pending bits after a write of zeros").isEqualTo(bit);
            msi.setMask(0);
            landing.expect(DATA + vector);
            assertThat(msi.pending()).as("pending bits once unmasked").isZero();
            landing.expectNothing();
            function.interrupt(vector, false);
          });
      msi.setEnabled(false);
    }
  }

  @Test
  @Covers("MSI-CAP-009")
  void pendingBitsCannotBeSet(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.maskableMsi(machine)) {
      enable(msi, landing);
      msi.setMask(-1);
      msi.writePending(-1);
      assertThat(msi.pending()).as("pending bits after a write of ones").isZero();
      msi.setMask(0);
      landing.expectNothing();
      msi.setEnabled(false);
    }
  }

  /** The reason is gone before the vector is unmasked: a message would be spurious. */
  @Test
  @Covers("MSI-CAP-008")
  void aSatisfiedConditionIsPendingNoMore(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.maskableMsi(machine)) {
      enable(msi, landing);
      msi.setMask(1);
      msi.function().interrupt(0, true);
      assertThat(msi.pending()).as("pending bits").isEqualTo(1);
      msi.function().interrupt(0, false);
      assertThat(msi.pending()).as("pending bits of a satisfied condition").isZero();
      msi.setMask(0);
      landing.expectNothing();
      msi.setEnabled(false);
    }
  }

  @Test
  @Covers("MSI-CAP-008")
  void aMaskHoldsBackItsOwnVectorOnly(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.maskableMsi(machine)) {
      int count = Math.min(msi.messages(), msi.function().interrupts());
      enable(msi, landing);
      for (int vector = 0; vector < count; vector++) {
        msi.setMask(~(1 << vector));
        msi.function().pulse(vector);
        landing.expect(DATA + vector);
        assertThat(msi.pending()).as("pending bits").isZero();
      }
      msi.setMask(0);
      msi.setEnabled(false);
    }
  }

  @Test
  @Records
  @Covers("MSI-CAP-009")
  void maskBitsBeyondTheMessages(Machine machine) {
    for (MsiCapability msi : Functions.maskableMsi(machine)) {
      msi.setMask(-1);
      machine.observe(
          "mask bits of %s with %d messages after a write of ones".formatted(msi, msi.messages()),
          Integer.toHexString(msi.mask()));
      msi.setMask(0);
    }
  }

  @Test
  @Sweep
  @Covers({"MSI-CAP-008", "MSI-CAP-009"})
  void allShortSequencesOfMasksAndEvents(Machine machine, Cases cases) {
    for (MsiCapability msi : Functions.maskableMsi(machine)) {
      MessageSource source = new MessageSource.Msi(msi);
      List<Integer> watched = List.of(source.vectors().getFirst(), source.vectors().getLast());
      List<MaskModel.Step> steps = MaskModel.steps(source, watched);
      MaskModel model = new MaskModel(machine, source);
      cases.range(
          0,
          MaskModel.power(steps.size(), LENGTH) - 1,
          number -> {
            for (MaskModel.Step step : MaskModel.sequence(number, LENGTH, steps)) {
              model.take(step, watched);
            }
            model.finish();
          });
      model.verifyQuiet();
      msi.setEnabled(false);
    }
  }

  @Test
  @Sweep(sample = 200)
  @Covers({"MSI-CAP-008", "MSI-CAP-009"})
  void aWalkOverAllVectors(Machine machine, Cases cases) {
    for (MsiCapability msi : Functions.maskableMsi(machine)) {
      MessageSource source = new MessageSource.Msi(msi);
      List<MaskModel.Step> steps = MaskModel.steps(source, source.vectors());
      MaskModel model = new MaskModel(machine, source);
      Random random = new Random(msi.function().requesterId());
      cases.range(
          1,
          WALK,
          round -> {
            int any = source.vectors().get(random.nextInt(source.vectors().size()));
            model.take(steps.get(random.nextInt(steps.size())), List.of(any));
          });
      model.finish();
      model.verifyQuiet();
      msi.setEnabled(false);
    }
  }
}
