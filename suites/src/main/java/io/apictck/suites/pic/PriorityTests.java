package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PicCommand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Which request comes first (Intel 8259A data sheet, "Fully Nested Mode" and "Automatic Rotation").
 */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES)
final class PriorityTests {
  private static final int AUTOMATIC = PicCommand.ICW4_UPM | PicCommand.ICW4_AEOI;

  /**
   * An order of a chip, and two of its inputs.
   *
   * @param lowest the lowest level
   * @param pair the inputs
   */
  private record Rotated(int lowest, Irqs.Pair pair) {
    static List<Rotated> all(List<Integer> irqs) {
      List<Rotated> all = new ArrayList<>();
      for (int lowest = 0; lowest < Irqs.LEVELS; lowest++) {
        for (Irqs.Pair pair : Irqs.pairs(irqs)) {
          all.add(new Rotated(lowest, pair));
        }
      }
      return all;
    }

    int higher() {
      return Irqs.inOrder(List.of(pair.first(), pair.second()), lowest).getFirst();
    }
  }

  @InEachApicMode
  @Requires(isaLines = {1, 12})
  @Covers("PIC-PRI-001")
  void allInTheirOrder(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> all = pics.drivable();
    pics.allowOnly(all);
    all.reversed().forEach(pics::raise);
    pics.serveInOrder(Irqs.inOrder(all));
    all.forEach(pics::lower);
    pics.expectNothing();
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Sweep
  @Requires(isaLines = {1, 12})
  @Covers("PIC-PRI-001")
  void eachPairInItsOrder(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(pics.drivable());
    cases.each(
        Irqs.pairs(pics.drivable()),
        pair -> {
          pics.raise(pair.first());
          pics.raise(pair.second());
          pics.serveInOrder(Irqs.inOrder(List.of(pair.first(), pair.second())));
          pics.lower(pair.first());
          pics.lower(pair.second());
        });
  }

  /** The second is asserted while the first is in service. */
  @Test
  @Sweep
  @Requires(isaLines = {1, 12})
  @Covers("PIC-PRI-002")
  void onlyAHigherLevelNests(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(pics.drivable());
    cases.each(
        Irqs.pairs(pics.drivable()),
        pair -> {
          pics.raise(pair.first());
          cpu.sti();
          pics.take(pair.first());
          cpu.sti();
          pics.raise(pair.second());
          // the whole slave is one level of the master
          if (Irqs.masterLevel(pair.second()) < Irqs.masterLevel(pair.first())) {
            pics.serve(pair.second());
            machine.expectNothing();
            pics.eoi(pair.first());
          } else {
            machine.expectNothing();
            assertThat(pics.chip(pair.second())).requests(Pics.level(pair.second()));
            pics.eoi(pair.first());
            pics.serve(pair.second());
          }
          cpu.iret();
          machine.expectNothing();
          cpu.cli();
          pics.lower(pair.first());
          pics.lower(pair.second());
        });
  }

  @Test
  @Sweep
  @Requires(isaLines = {3, 4, 5})
  @Covers("PIC-PRI-003")
  void rotationOnNonSpecificEndMakesTheEndedLevelLowest(Machine machine, Cases cases) {
    rotationOnEnd(machine, cases, PicCommand.ROTATE_ON_NON_SPECIFIC_EOI, false);
  }

  @Test
  @Sweep
  @Requires(isaLines = {3, 4, 5})
  @Covers("PIC-PRI-004")
  void rotationOnSpecificEndMakesTheEndedLevelLowest(Machine machine, Cases cases) {
    rotationOnEnd(machine, cases, PicCommand.ROTATE_ON_SPECIFIC_EOI, true);
  }

  private static void rotationOnEnd(Machine machine, Cases cases, int command, boolean specific) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          List<Integer> irqs = irq < Irqs.LEVELS ? Irqs.ofMaster(pics) : Irqs.ofSlave(pics);
          pics.initialize();
          pics.allowOnly(irqs);
          pics.putInService(irq);
          Pic chip = pics.chip(irq);
          chip.command(specific ? command | Pics.level(irq) : command);
          assertThat(chip).isServicingNothing();
          if (irq >= Irqs.LEVELS) {
            pics.master().eoi();
          }
          irqs.forEach(pics::raise);
          pics.serveInOrder(Irqs.inOrder(irqs, Pics.level(irq)));
          irqs.forEach(pics::lower);
        });
  }

  @Test
  @Requires(isaLines = {3, 5})
  @Covers("PIC-PRI-004")
  void rotationOnSpecificEndEndsTheNamedLevelOnly(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(3, 5);
    pics.putInService(5);
    pics.putInService(3);
    pics.master().command(PicCommand.ROTATE_ON_SPECIFIC_EOI | 5);
    assertThat(pics.master()).isServicing(3);
  }

  @Test
  @Sweep
  @Requires(isaLines = {3, 5})
  @Covers("PIC-PRI-005")
  void setPriorityChoosesTheLowestLevelOfTheMaster(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    setPriority(pics, cases, pics.master(), Irqs.ofMaster(pics));
  }

  @Test
  @Sweep
  @Requires(isaLines = {10, 12})
  @Covers("PIC-PRI-005")
  void setPriorityChoosesTheLowestLevelOfTheSlave(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    setPriority(pics, cases, pics.slave(), Irqs.ofSlave(pics));
  }

  private static void setPriority(Pics pics, Cases cases, Pic chip, List<Integer> irqs) {
    pics.allowOnly(irqs);
    cases.each(
        Rotated.all(irqs),
        rotated -> {
          chip.command(PicCommand.SET_PRIORITY | rotated.lowest());
          Irqs.Pair pair = rotated.pair();
          pics.raise(pair.first());
          pics.raise(pair.second());
          int higher = rotated.higher();
          pics.serveInOrder(higher, higher == pair.first() ? pair.second() : pair.first());
          pics.lower(pair.first());
          pics.lower(pair.second());
        });
  }

  @Test
  @Sweep
  @Requires(isaLines = 6)
  @Covers("PIC-PRI-005")
  void setPriorityEndsNothing(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(6);
    pics.putInService(6);
    cases.range(
        0,
        7,
        lowest -> {
          pics.master().command(PicCommand.SET_PRIORITY | lowest);
          assertThat(pics.master()).isServicing(6).hasMask(~(1 << 6) & 0xFF);
        });
  }

  @Test
  @Sweep
  @Requires(isaLines = {3, 5})
  @Covers("PIC-PRI-006")
  void theRotatedOrderDecidesWhatNests(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> irqs = Irqs.ofMaster(pics);
    pics.allowOnly(irqs);
    cases.each(
        Rotated.all(irqs),
        rotated -> {
          int inService = rotated.pair().first();
          int asking = rotated.pair().second();
          pics.master().command(PicCommand.SET_PRIORITY | rotated.lowest());
          pics.putInService(inService);
          pics.raise(asking);
          if (rotated.higher() == asking) {
            pics.acknowledge(asking);
            assertThat(pics.master()).isServicing(inService, asking);
            pics.master().specificEoi(asking);
            pics.master().specificEoi(inService);
          } else {
            pics.expectNothing();
            pics.master().specificEoi(inService);
            pics.serveInOrder(asking);
          }
          pics.lower(asking);
          assertThat(pics.master()).isServicingNothing();
        });
    assertThat(cpu.depth()).as("handlers entered and not left").isZero();
  }

  @Test
  @Sweep
  @Requires(isaLines = {3, 4})
  @Covers("PIC-PRI-007")
  void rotationInAutomaticEndFollowsEachAcknowledge(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> irqs = Irqs.ofMaster(pics);
    pics.initialize(AUTOMATIC, PicCommand.ICW4_UPM);
    pics.allowOnly(irqs);
    cases.each(
        Irqs.pairs(irqs),
        pair -> {
          pics.master().command(PicCommand.ROTATE_IN_AEOI);
          pics.putInService(pair.first());
          assertThat(pics.master()).isServicingNothing();
          acknowledgeAll(pics, irqs, pair.first());

          pics.master().command(PicCommand.CLEAR_ROTATE_IN_AEOI);
          pics.master().command(PicCommand.SET_PRIORITY | 7);
          pics.putInService(pair.second());
          acknowledgeAll(pics, irqs, 7);
        });
  }

  /** Requests all at once: going round with each acknowledge does not change their order. */
  private static void acknowledgeAll(Pics pics, List<Integer> irqs, int lowest) {
    irqs.forEach(pics::raise);
    Irqs.inOrder(irqs, lowest).forEach(pics::acknowledge);
    pics.expectNothing();
    irqs.forEach(pics::lower);
  }
}
