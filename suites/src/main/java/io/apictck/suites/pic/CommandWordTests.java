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
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Operation command words and status registers (Intel 8259A data sheet, "Operation Command Words").
 */
@Conformance
@Requires(Feature.PIC)
final class CommandWordTests {
  private static final int READ_IRR = PicCommand.OCW3 | PicCommand.RR;
  private static final int READ_ISR = PicCommand.OCW3 | PicCommand.RR | PicCommand.RIS;

  /** OCW3 without RR: nothing is selected. */
  private static final int SELECT_NOTHING = PicCommand.OCW3;

  private static final int SELECT_NOTHING_WITH_RIS = PicCommand.OCW3 | PicCommand.RIS;

  @Test
  @Sweep
  @Covers("PIC-OCW-001")
  void theMaskReadsBack(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.range(
        0,
        0xFF,
        mask -> {
          pics.master().setImr(mask);
          pics.slave().setImr(~mask & 0xFF);
          assertThat(pics.master()).hasMask(mask);
          assertThat(pics.slave()).hasMask(~mask & 0xFF);
        });
  }

  @Test
  @Sweep
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {1, 12})
  @Covers("PIC-OCW-002")
  void aMaskStopsItsInputOnly(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> all = pics.drivable();
    cases.each(
        all,
        masked -> {
          pics.allowOnly(Irqs.without(all, masked));
          all.forEach(pics::raise);
          pics.serveInOrder(Irqs.inOrder(Irqs.without(all, masked)));
          pics.allowOnly(masked);
          pics.serveInOrder(masked);
          all.forEach(pics::lower);
        });
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers({"PIC-OCW-003", "PIC-OCW-004"})
  void aMaskedRequestIsSeenAndWaits(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          Pic chip = pics.chip(irq);
          assertThat(chip).doesNotRequest(Pics.level(irq));
          pics.raise(irq);
          pics.expectNothing();
          assertThat(chip).requests(Pics.level(irq)).isServicingNothing();
          pics.allowOnly(irq);
          assertThat(chip).requests(Pics.level(irq));
          // once, though the line stays high
          pics.serveInOrder(irq);
          assertThat(chip).doesNotRequest(Pics.level(irq));
          pics.lower(irq);
        });
  }

  @Test
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {3, 4})
  @Covers("PIC-OCW-005")
  void theSelectedStatusStaysSelected(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    pics.allowOnly(3);
    pics.putInService(3);
    pics.raise(4);
    int both = 1 << 3 | 1 << 4;
    for (int round = 0; round < 3; round++) {
      chip.command(READ_ISR);
      for (int i = 0; i < 3; i++) {
        assertThat(chip.status()).as("ISR").isEqualTo(1 << 3);
      }
      chip.command(READ_IRR);
      for (int i = 0; i < 3; i++) {
        assertThat(chip.status() & both).as("IRR").isEqualTo(1 << 4);
      }
    }
    pics.lower(4);
  }

  @Test
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {1, 12})
  @Covers("PIC-OCW-006")
  void withoutReadRegisterTheSelectionStays(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(1, 12);
    for (int irq : new int[] {1, 12}) {
      Pic chip = pics.chip(irq);
      int bit = Pics.bit(irq);
      pics.putInService(irq);
      for (int word : new int[] {SELECT_NOTHING, SELECT_NOTHING_WITH_RIS}) {
        chip.command(READ_ISR);
        chip.command(word);
        assertThat(chip.status() & bit).as("ISR").isEqualTo(bit);
        chip.command(READ_IRR);
        chip.command(word);
        assertThat(chip.status() & bit).as("IRR").isZero();
      }
      pics.eoi(irq);
    }
  }

  @Test
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers("PIC-OCW-007")
  void selectingAStatusEndsNothing(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    pics.allowOnly(1);
    pics.putInService(1);
    for (int word : new int[] {READ_IRR, SELECT_NOTHING, SELECT_NOTHING_WITH_RIS, READ_ISR}) {
      chip.command(word);
    }
    assertThat(chip.status()).as("ISR").isEqualTo(1 << 1);
    assertThat(chip).hasMask(~(1 << 1) & 0xFF);
  }

  @Test
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers("PIC-OCW-007")
  void endOfInterruptKeepsTheSelection(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    pics.allowOnly(1);
    for (int end :
        new int[] {
          PicCommand.NON_SPECIFIC_EOI,
          PicCommand.SPECIFIC_EOI | 1,
          PicCommand.ROTATE_ON_NON_SPECIFIC_EOI,
          PicCommand.ROTATE_ON_SPECIFIC_EOI | 1
        }) {
      pics.putInService(1);
      chip.command(READ_ISR);
      chip.command(PicCommand.SET_PRIORITY | 7);
      assertThat(chip.status()).as("ISR before the end").isEqualTo(1 << 1);
      chip.command(end);
      // selected, and not IRR: there the request is
      pics.allowOnly();
      pics.raise(1);
      assertThat(chip.status()).as("ISR after the end").isZero();
      chip.command(READ_IRR);
      chip.command(PicCommand.NON_SPECIFIC_EOI);
      assertThat(chip.status() & 1 << 1).as("IRR").isEqualTo(1 << 1);
      pics.allowOnly(1);
      pics.serveInOrder(1);
      pics.lower(1);
    }
  }

  @Test
  @Sweep
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {3, 5})
  @Covers("PIC-OCW-008")
  void maskingALevelInServiceDoesNotEndIt(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> all = Irqs.ofMaster(pics);
    cases.each(
        Irqs.pairs(all).stream().filter(pair -> pair.first() < pair.second()).toList(),
        pair -> {
          pics.allowOnly(pair.first());
          pics.putInService(pair.first());
          pics.allowOnly(pair.second());
          assertThat(pics.master()).isServicing(pair.first());
          pics.raise(pair.second());
          pics.expectNothing();
          pics.master().specificEoi(pair.first());
          assertThat(pics.master()).isServicingNothing();
          pics.serveInOrder(pair.second());
          pics.lower(pair.second());
        });
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers("PIC-OCW-009")
  void anAcknowledgedRequestMovesIntoService(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          Pic chip = pics.chip(irq);
          int level = Pics.level(irq);
          pics.allowOnly(irq);
          pics.raise(irq);
          assertThat(chip).requests(level).isServicingNothing();
          cpu.sti();
          pics.take(irq);
          assertThat(chip).doesNotRequest(level).isServicing(level);
          pics.lower(irq);
          assertThat(chip).doesNotRequest(level).isServicing(level);
          pics.eoi(irq);
          assertThat(chip).isServicingNothing();
          cpu.iret();
          machine.expectNothing();
          cpu.cli();
        });
  }

  @Test
  @Sweep
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {3, 4, 5})
  @Covers("PIC-OCW-010")
  void theNoOperationDoesNothing(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.range(
        PicCommand.NO_OPERATION,
        PicCommand.NO_OPERATION | 7,
        word -> {
          pics.allowOnly(3);
          pics.putInService(3);
          pics.master().command(word);
          assertThat(pics.master()).isServicing(3).hasMask(~(1 << 3) & 0xFF);
          pics.master().specificEoi(3);
          pics.allowOnly(3, 4, 5);
          pics.raise(5);
          pics.raise(4);
          pics.raise(3);
          pics.master().command(word);
          pics.serveInOrder(3, 4, 5);
          pics.lower(3);
          pics.lower(4);
          pics.lower(5);
        });
  }
}
