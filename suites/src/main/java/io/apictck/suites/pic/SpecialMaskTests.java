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
import java.util.List;
import org.junit.jupiter.api.Test;

/** Special mask mode (Intel 8259A data sheet, "Special Mask Mode"). */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES)
final class SpecialMaskTests {
  private static final int SET = PicCommand.OCW3 | PicCommand.ESMM | PicCommand.SMM;
  private static final int CLEAR = PicCommand.OCW3 | PicCommand.ESMM;

  /** Without ESMM: nothing is said. */
  private static final int NEITHER = PicCommand.OCW3 | PicCommand.SMM;

  @Test
  @Requires(isaLines = {3, 5})
  @Covers("PIC-SMM-001")
  void onlyEnabledWritesChangeIt(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    pics.allowOnly(3);
    pics.putInService(3);
    pics.allowOnly(5);
    pics.raise(5);
    chip.command(NEITHER);
    pics.expectNothing();
    chip.command(SET);
    chip.command(PicCommand.OCW3);
    chip.command(NEITHER);
    chip.command(PicCommand.OCW3 | PicCommand.RR);
    pics.acknowledge(5);
    chip.specificEoi(5);
    pics.lower(5);
    chip.command(CLEAR);
    chip.command(NEITHER);
    pics.raise(5);
    pics.expectNothing();
    pics.lower(5);
  }

  /** The second is asserted while the first is in service and masked. */
  @Test
  @Sweep
  @Requires(isaLines = {3, 5})
  @Covers("PIC-SMM-002")
  void aMaskedLevelInServiceInhibitsNoOther(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    inhibitsNoOther(pics, cases, pics.master(), Irqs.ofMaster(pics));
  }

  @Test
  @Sweep
  @Requires(isaLines = {10, 12})
  @Covers("PIC-SMM-002")
  void aMaskedLevelInServiceInhibitsNoOtherOfTheSlave(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    inhibitsNoOther(pics, cases, pics.slave(), Irqs.ofSlave(pics));
  }

  private static void inhibitsNoOther(Pics pics, Cases cases, Pic chip, List<Integer> irqs) {
    cases.each(
        Irqs.pairs(irqs),
        pair -> {
          pics.allowOnly(pair.first());
          pics.putInService(pair.first());
          if (chip == pics.slave()) {
            pics.master().eoi();
          }
          pics.allowOnly(pair.second());
          chip.command(SET);
          pics.raise(pair.second());
          pics.acknowledge(pair.second());
          assertThat(chip).isServicing(Pics.level(pair.first()), Pics.level(pair.second()));
          pics.lower(pair.second());
          chip.specificEoi(Pics.level(pair.second()));
          if (chip == pics.slave()) {
            pics.master().eoi();
          }
          chip.command(CLEAR);
          pics.raise(pair.second());
          if (pair.first() < pair.second()) {
            pics.expectNothing();
            chip.specificEoi(Pics.level(pair.first()));
          } else {
            chip.specificEoi(Pics.level(pair.first()));
          }
          pics.serveInOrder(pair.second());
          pics.lower(pair.second());
        });
  }

  @Test
  @Requires(isaLines = {3, 5})
  @Covers("PIC-SMM-003")
  void nonSpecificEndPassesOverMaskedLevels(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    pics.allowOnly(3, 5);
    pics.putInService(5);
    pics.putInService(3);
    pics.allowOnly(5);
    chip.command(SET);
    chip.eoi();
    assertThat(chip).isServicing(3);
    chip.eoi();
    assertThat(chip).isServicing(3);
    chip.specificEoi(3);
    assertThat(chip).isServicingNothing();
  }

  @Test
  @Requires(isaLines = {3, 5})
  @Covers("PIC-SMM-001")
  void outsideOfItNonSpecificEndEndsMaskedLevels(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    pics.allowOnly(3, 5);
    pics.putInService(5);
    pics.putInService(3);
    pics.allowOnly(5);
    chip.command(SET);
    chip.command(CLEAR);
    chip.eoi();
    assertThat(chip).isServicing(5);
    chip.eoi();
    assertThat(chip).isServicingNothing();
  }
}
