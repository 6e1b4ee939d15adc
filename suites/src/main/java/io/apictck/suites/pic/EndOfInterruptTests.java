package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PicCommand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
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
 * End of interrupt (Intel 8259A data sheet, "End of Interrupt" and "Automatic End of Interrupt").
 */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES)
final class EndOfInterruptTests {
  private static final int AUTOMATIC = PicCommand.ICW4_UPM | PicCommand.ICW4_AEOI;

  @Test
  @Requires(isaLines = {3, 5})
  @Covers("PIC-EOI-001")
  void nonSpecificEndsTheHighestLevel(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(3, 5);
    pics.raise(5);
    cpu.sti();
    pics.take(5);
    cpu.sti();
    pics.raise(3);
    pics.take(3);
    assertThat(pics.master()).isServicing(3, 5);
    pics.master().eoi();
    assertThat(pics.master()).isServicing(5);
    pics.master().eoi();
    assertThat(pics.master()).isServicingNothing();
    cpu.iret();
    cpu.iret();
    machine.expectNothing();
  }

  /** All sets of levels in service, with each level the lowest. */
  @Test
  @Sweep
  @Requires(isaLines = {3, 5})
  @Covers({"PIC-EOI-001", "PIC-EOI-002"})
  void nonSpecificEndsInTheRotatedOrder(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    List<Integer> irqs = new ArrayList<>(Irqs.ofMaster(pics));
    int viaSlave = Irqs.ofSlave(pics).stream().findFirst().orElse(-1);
    if (viaSlave >= 0) {
      irqs.add(viaSlave);
    }
    pics.allowOnly(irqs);
    cases.range(
        0,
        Irqs.LEVELS * 256 - 1,
        number -> {
          int lowest = number >>> 8;
          List<Integer> members =
              irqs.stream().filter(irq -> (number & 1 << Irqs.masterLevel(irq)) != 0).toList();
          chip.command(PicCommand.SET_PRIORITY | lowest);
          List<Integer> order =
              Irqs.inOrder(members.stream().map(Irqs::masterLevel).toList(), lowest);
          for (int level : order.reversed()) {
            pics.putInService(level == PicCommand.CASCADE ? viaSlave : level);
          }
          pics.slave().eoi();
          List<Integer> left = new ArrayList<>(order);
          assertThat(chip.isr()).as("ISR").isEqualTo(bits(left));
          while (!left.isEmpty()) {
            chip.eoi();
            left.removeFirst();
            assertThat(chip.isr()).as("ISR after the end").isEqualTo(bits(left));
          }
        });
  }

  private static int bits(List<Integer> levels) {
    return levels.stream().map(level -> 1 << level).reduce(0, (all, bit) -> all | bit);
  }

  /** All sets of levels in service, and each level named. */
  @Test
  @Sweep
  @Requires(isaLines = {3, 5})
  @Covers("PIC-EOI-003")
  void specificEndsTheNamedLevelOnly(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    List<Integer> irqs = Irqs.ofMaster(pics);
    pics.allowOnly(irqs);
    cases.range(
        0,
        0xFF,
        members -> {
          irqs.stream()
              .filter(irq -> (members & 1 << irq) != 0)
              .toList()
              .reversed()
              .forEach(pics::putInService);
          int inService = chip.isr();
          // from one in the middle, round all of them
          for (int i = 0; i < Irqs.LEVELS; i++) {
            int level = (i * 3 + members) % Irqs.LEVELS;
            chip.specificEoi(level);
            inService &= ~(1 << level);
            assertThat(chip.isr()).as("ISR after the end of %d", level).isEqualTo(inService);
          }
        });
  }

  @Test
  @Requires(isaLines = {1, 12})
  @Covers("PIC-EOI-004")
  void anEndOfNothingDoesNothing(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(1, 12);
    for (Pic chip : List.of(pics.master(), pics.slave())) {
      int mask = chip.imr();
      chip.eoi();
      for (int level = 0; level < Irqs.LEVELS; level++) {
        chip.specificEoi(level);
      }
      assertThat(chip).hasMask(mask).isServicingNothing();
    }
    pics.expectNothing();
    pics.raise(12);
    pics.raise(1);
    pics.slave().eoi();
    pics.master().eoi();
    pics.master().specificEoi(1);
    assertThat(pics.master()).requests(1, PicCommand.CASCADE);
    assertThat(pics.slave()).requests(4);
    pics.serveInOrder(1, 12);
    pics.lower(1);
    pics.lower(12);
  }

  @Test
  @Requires(isaLines = {4, 5})
  @Covers("PIC-EOI-005")
  void automaticEndLeavesNothingInService(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    pics.initialize(AUTOMATIC, PicCommand.ICW4_UPM);
    pics.allowOnly(4, 5);
    pics.raise(4);
    cpu.sti();
    pics.take(4);
    assertThat(pics.master()).isServicingNothing().doesNotRequest(4);
    cpu.sti();
    machine.expectNothing();
    pics.raise(5);
    pics.take(5);
    assertThat(pics.master()).isServicingNothing();
    cpu.iret();
    cpu.iret();
    machine.expectNothing();
    pics.lower(4);
    pics.lower(5);
  }

  @Test
  @Requires(isaLines = {1, 12})
  @Covers({"PIC-EOI-005", "PIC-INIT-016"})
  void automaticEndOfTheMasterLeavesTheSlaveAlone(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.initialize(AUTOMATIC, PicCommand.ICW4_UPM);
    pics.allowOnly(1, 12);
    pics.putInService(12);
    assertThat(pics.master()).isServicingNothing();
    assertThat(pics.slave()).isServicing(4);
    pics.putInService(1);
    assertThat(pics.master()).isServicingNothing();
    pics.slave().eoi();
    assertThat(pics.slave()).isServicingNothing();
  }

  @Test
  @Requires(isaLines = {4, 10})
  @Covers("PIC-EOI-007")
  void anInterruptOfTheSlaveNeedsTwoEnds(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(4, 10, 12);
    pics.putInService(10);
    assertThat(pics.slave()).isServicing(2);
    assertThat(pics.master()).isServicing(PicCommand.CASCADE);
    pics.slave().eoi();
    assertThat(pics.slave()).isServicingNothing();
    assertThat(pics.master()).isServicing(PicCommand.CASCADE);
    pics.raise(4);
    pics.raise(10);
    pics.expectNothing();
    pics.master().eoi();
    pics.serveInOrder(10, 4);
    pics.lower(4);
    pics.lower(10);
  }

  @Test
  @Requires(isaLines = {4, 8, 10, 12})
  @Covers("PIC-EOI-008")
  void theMastersEndFreesHigherLevelsOfTheSlaveOnly(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(4, 8, 10, 12);
    pics.putInService(10);
    pics.master().eoi();
    assertThat(pics.slave()).isServicing(2);
    assertThat(pics.master()).isServicingNothing();
    pics.raise(12);
    pics.expectNothing();
    pics.raise(8);
    pics.serveInOrder(8);
    pics.raise(4);
    pics.serveInOrder(4);
    assertThat(pics.slave()).isServicing(2);
    pics.slave().eoi();
    pics.serveInOrder(12);
    pics.lower(4);
    pics.lower(8);
    pics.lower(12);
  }
}
