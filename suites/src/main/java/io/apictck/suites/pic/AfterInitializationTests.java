package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PicCommand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What ICW1 brings back to its beginnings (Intel 8259A data sheet, "Initialization Command Words").
 */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES)
final class AfterInitializationTests {
  private static final int SET_SPECIAL_MASK = PicCommand.OCW3 | PicCommand.ESMM | PicCommand.SMM;

  @Test
  @Sweep
  @Requires(isaLines = 1)
  @Covers("PIC-INIT-003")
  void aLineThatWasHighBeforeIsNoRequest(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          pics.raise(irq);
          pics.initialize();
          assertThat(pics.chip(irq)).doesNotRequest(Pics.level(irq));
          pics.allowOnly(irq);
          pics.expectNothing();
          pics.lower(irq);
          pics.expectNothing();
          pics.raise(irq);
          pics.serveInOrder(irq);
          pics.lower(irq);
        });
  }

  @Test
  @Sweep
  @Requires(isaLines = {1, 3, 4})
  @Covers("PIC-INIT-004")
  void theOrderOfTheMasterIsTheDefaultOne(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> irqs = Irqs.ofMaster(pics);
    cases.range(0, 7, lowest -> orderIsReset(pics, pics.master(), irqs, lowest));
  }

  @Test
  @Sweep
  @Requires(isaLines = {8, 12})
  @Covers("PIC-INIT-004")
  void theOrderOfTheSlaveIsTheDefaultOne(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> irqs = Irqs.ofSlave(pics);
    cases.range(0, 7, lowest -> orderIsReset(pics, pics.slave(), irqs, lowest));
  }

  private static void orderIsReset(Pics pics, Pic chip, List<Integer> irqs, int lowest) {
    for (boolean initialized : new boolean[] {false, true}) {
      chip.command(PicCommand.SET_PRIORITY | lowest);
      if (initialized) {
        pics.initialize(chip, PicCommand.ICW4_UPM);
      }
      pics.allowOnly(irqs);
      irqs.forEach(pics::raise);
      pics.serveInOrder(Irqs.inOrder(irqs, initialized ? 7 : lowest));
      irqs.forEach(pics::lower);
    }
  }

  @Test
  @Requires(isaLines = {1, 12})
  @Covers("PIC-INIT-005")
  void requestsAreSelectedForReading(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    for (int irq : new int[] {1, 12}) {
      Pic chip = pics.chip(irq);
      assertThat(chip).isServicingNothing();
      pics.initialize(chip, PicCommand.ICW4_UPM);
      pics.raise(irq);
      assertThat(chip.status() & Pics.bit(irq)).as("IRR").isEqualTo(Pics.bit(irq));
      pics.lower(irq);
    }
  }

  @Test
  @Requires(isaLines = {3, 5})
  @Covers("PIC-INIT-006")
  void specialMaskModeEnds(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.master().command(SET_SPECIAL_MASK);
    pics.initialize(pics.master(), PicCommand.ICW4_UPM);
    pics.allowOnly(3);
    pics.putInService(3);
    pics.allowOnly(5);
    pics.raise(5);
    pics.expectNothing();
    pics.master().specificEoi(3);
    pics.serveInOrder(5);
    pics.lower(5);
  }

  @Test
  @Sweep
  @Requires(
      value = Feature.ELCR,
      isaLines = {5, 10})
  @Covers("PIC-INIT-015")
  void aLevelIsARequestAgain(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> irqs = Irqs.levelCapable(pics);
    EdgeLevelControl.of(machine).setLevel(irqs);
    List<Integer> reversed = new ArrayList<>(irqs).reversed();
    cases.each(
        reversed,
        irq -> {
          pics.raise(irq);
          pics.initialize();
          assertThat(pics.chip(irq)).requests(Pics.level(irq));
          pics.allowOnly(irq);
          pics.acknowledge(irq);
          pics.lower(irq);
          pics.eoi(irq);
          pics.expectNothing();
        });
  }
}
