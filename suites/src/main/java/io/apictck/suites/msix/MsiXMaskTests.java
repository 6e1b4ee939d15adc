package io.apictck.suites.msix;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiXCapability;
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
 * Masks and pending bits of MSI-X (PCI Local Bus Specification, "Per-vector Masking and Function
 * Masking").
 */
@Conformance
@Requires(value = Feature.MSI_X, stimuli = Stimulus.FUNCTION_INTERRUPTS)
final class MsiXMaskTests {
  private static final int DATA = 0x0004_0060;
  private static final int LENGTH = 4;
  private static final int WALK = 2000;

  @Test
  @Sweep
  @Covers("MSIX-CAP-004")
  void aMaskedEntryIsPendingAndIsSentOnceUnmasked(Machine machine, Cases cases) {
    Landing landing = Landing.at(machine, 0);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      PciFunction function = msiX.function();
      msiX.setControl(MsiXControl.of(MsiXControl.ENABLE));
      cases.range(
          0,
          Math.min(msiX.entries(), function.interrupts()) - 1,
          entry -> {
            msiX.setEntry(entry, new MsiXEntry(landing.address(), DATA + entry, MsiXEntry.MASK));
            // three events
            function.pulse(entry);
            function.pulse(entry);
            function.interrupt(entry, true);
            landing.expectNothing();
            assertThat(msiX.pending(entry)).as("pending bit").isTrue();
            msiX.setMask(entry, false);
            landing.expect(DATA + entry);
            assertThat(msiX.pending(entry)).as("pending bit once unmasked").isFalse();
            msiX.setMask(entry, true);
            msiX.setMask(entry, false);
            landing.expectNothing();
            msiX.setMask(entry, true);
            function.interrupt(entry, false);
          });
      msiX.setEnabled(false);
    }
  }

  @Test
  @Covers("MSIX-CAP-004")
  void aSatisfiedConditionIsPendingNoMore(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      for (boolean functionMask : List.of(false, true)) {
        msiX.setEntry(0, new MsiXEntry(landing.address(), DATA, functionMask ? 0 : MsiXEntry.MASK));
        msiX.setControl(MsiXControl.of(MsiXControl.ENABLE).withFunctionMask(functionMask));
        msiX.function().interrupt(0, true);
        assertThat(msiX.pending(0)).as("pending bit").isTrue();
        msiX.function().interrupt(0, false);
        assertThat(msiX.pending(0)).as("pending bit of a satisfied condition").isFalse();
        msiX.setMask(0, false);
        msiX.setFunctionMask(false);
        landing.expectNothing();
        msiX.setEnabled(false);
        msiX.setMask(0, true);
      }
    }
  }

  @Test
  @Covers("MSIX-CAP-005")
  void theFunctionMaskKeepsTheMasksOfEntries(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      PciFunction function = msiX.function();
      msiX.setEntry(0, new MsiXEntry(landing.address(), DATA, 0));
      msiX.setEntry(1, new MsiXEntry(landing.address(), DATA + 1, MsiXEntry.MASK));
      msiX.setControl(MsiXControl.of(MsiXControl.ENABLE | MsiXControl.FUNCTION_MASK));
      function.interrupt(0, true);
      function.interrupt(1, true);
      landing.expectNothing();
      assertThat(msiX.pendingWord(0)).as("pending bits").isEqualTo(3);
      assertThat(msiX.entry(0).masked()).as("mask of entry 0").isFalse();
      assertThat(msiX.entry(1).masked()).as("mask of entry 1").isTrue();
      msiX.setFunctionMask(false);
      landing.expect(DATA);
      assertThat(msiX.pendingWord(0)).as("pending bits").isEqualTo(2);
      assertThat(msiX.entry(0).masked()).as("mask of entry 0").isFalse();
      assertThat(msiX.entry(1).masked()).as("mask of entry 1").isTrue();
      function.interrupt(0, false);
      function.interrupt(1, false);
      msiX.setMask(0, true);
      msiX.setEnabled(false);
    }
  }

  @Test
  @Sweep
  @Covers({"MSIX-CAP-004", "MSIX-CAP-005"})
  void allShortSequencesOfMasksAndEvents(Machine machine, Cases cases) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      MessageSource source = new MessageSource.MsiX(msiX);
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
      msiX.setEnabled(false);
    }
  }

  @Test
  @Sweep(sample = 200)
  @Covers({"MSIX-CAP-004", "MSIX-CAP-005"})
  void aWalkOverManyEntries(Machine machine, Cases cases) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      MessageSource source = new MessageSource.MsiX(msiX);
      List<MaskModel.Step> steps = MaskModel.steps(source, source.vectors());
      MaskModel model = new MaskModel(machine, source);
      Random random = new Random(msiX.function().requesterId());
      cases.range(
          1,
          WALK,
          round -> {
            int any = source.vectors().get(random.nextInt(source.vectors().size()));
            model.take(steps.get(random.nextInt(steps.size())), List.of(any));
          });
      model.finish();
      model.verifyQuiet();
      msiX.setEnabled(false);
    }
  }
}
