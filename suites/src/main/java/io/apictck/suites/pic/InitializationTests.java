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

/** The sequence of initialization command words (Intel 8259A data sheet, "Initialization"). */
@Conformance
@Requires(Feature.PIC)
final class InitializationTests {
  private static final int ICW1 = PicCommand.ICW1 | PicCommand.ICW1_IC4;
  private static final int MASTER_ICW3 = 1 << PicCommand.CASCADE;
  private static final int FIRST_BASE = 0x20;

  @Test
  @Sweep
  @Covers("PIC-INIT-001")
  void theWordAfterTheSequenceIsAMask(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.range(
        0,
        0xFF,
        mask -> {
          for (Pic chip : List.of(pics.master(), pics.slave())) {
            chip.initialize(0x50);
            chip.data(mask);
            assertThat(chip).hasMask(mask);
          }
        });
  }

  @Test
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {1, 12})
  @Covers({"PIC-INIT-001", "PIC-INIT-016"})
  void interruptsWorkAfterTheSequence(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    for (int irq : new int[] {1, 12}) {
      pics.allowOnly(irq);
      pics.raise(irq);
      cpu.sti();
      pics.take(irq);
      // no automatic EOI
      assertThat(pics.chip(irq)).isServicing(Pics.level(irq));
      pics.lower(irq);
      machine.expectNothing();
      assertThat(pics.chip(irq)).isServicing(Pics.level(irq));
      pics.eoi(irq);
      assertThat(pics.chip(irq)).isServicingNothing();
      cpu.iret();
      machine.expectNothing();
      cpu.cli();
    }
    assertThat(pics.master()).isServicingNothing();
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers({"PIC-INIT-001", "PIC-INIT-016"})
  void eachInputWorksAfterASequenceInTheMiddleOfItsService(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          pics.allowOnly(irq);
          pics.putInService(irq);
          pics.initialize();
          // whether ICW1 did that is left open
          for (int level = 0; level < Irqs.LEVELS; level++) {
            pics.slave().specificEoi(level);
            pics.master().specificEoi(level);
          }
          assertThat(pics.master()).isServicingNothing();
          assertThat(pics.slave()).isServicingNothing();
          pics.allowOnly(irq);
          pics.expectNothing();
          pics.raise(irq);
          pics.serveInOrder(irq);
          pics.lower(irq);
        });
  }

  @Test
  @Covers("PIC-INIT-002")
  void theMaskIsCleared(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    for (Pic chip : List.of(pics.master(), pics.slave())) {
      for (int mask : new int[] {0xFF, 0xAA, 0x55, 0x80, 0x01, 0x00}) {
        chip.setImr(mask);
        chip.initialize(0x50);
        assertThat(chip).hasMask(0);
      }
    }
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers("PIC-INIT-008")
  void theVectorIsTheBaseWithTheLevelInItsLowBits(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> irqs = pics.drivable();
    cases.range(
        FIRST_BASE,
        0xFF,
        icw2 -> {
          // bits 2:0 of ICW2 mean nothing
          int base = icw2 & 0xF8;
          for (Pic chip : List.of(pics.master(), pics.slave())) {
            chip.initialize(icw2);
            chip.setImr(0xFF);
          }
          int irq = irqs.get(icw2 % irqs.size());
          pics.allowOnly(irq);
          pics.raise(irq);
          cpu.sti();
          cpu.takeInterrupt(base | Pics.level(irq));
          pics.lower(irq);
          pics.eoi(irq);
          cpu.iret();
          cpu.cli();
        });
    machine.expectNothing();
  }

  @Test
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers("PIC-INIT-009")
  void anotherFirstWordBeginsTheSequenceAnew(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    int[] abandoned = {0x40, MASTER_ICW3, PicCommand.ICW4_UPM};
    for (int words = 0; words <= abandoned.length; words++) {
      chip.command(ICW1);
      for (int word = 0; word < words; word++) {
        chip.data(abandoned[word]);
      }
      chip.command(ICW1);
      chip.data(Pics.MASTER_BASE);
      chip.data(MASTER_ICW3);
      chip.data(PicCommand.ICW4_UPM);
      chip.data(0xFD);
      assertThat(chip).hasMask(0xFD);
      pics.raise(1);
      pics.serveInOrder(1);
      pics.lower(1);
    }
  }

  @Test
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers("PIC-INIT-009")
  void anAbandonedAutomaticEndIsForgotten(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    chip.initialize(0x40, PicCommand.ICW4_UPM | PicCommand.ICW4_AEOI);
    pics.initialize(chip, PicCommand.ICW4_UPM);
    pics.allowOnly(1);
    pics.putInService(1);
    assertThat(chip).isServicing(1);
    chip.eoi();
    assertThat(chip).isServicingNothing();
  }

  @Test
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {1, 12})
  @Covers("PIC-INIT-017")
  void oneChipIsInitializedWithoutTheOther(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(1, 12);
    pics.putInService(12);
    pics.slave().setImr(0x4A);
    pics.initialize(pics.master(), PicCommand.ICW4_UPM);
    assertThat(pics.slave()).hasMask(0x4A).isServicing(4);
    pics.slave().specificEoi(4);
    pics.master().specificEoi(PicCommand.CASCADE);
    pics.allowOnly(1, 12);
    pics.raise(12);
    pics.serveInOrder(12);
    pics.lower(12);

    pics.putInService(1);
    pics.master().setImr(0xA5);
    pics.initialize(pics.slave(), PicCommand.ICW4_UPM);
    assertThat(pics.master()).hasMask(0xA5).isServicing(1);
    pics.master().specificEoi(1);
    pics.allowOnly(1, 12);
    pics.raise(1);
    pics.serveInOrder(1);
    pics.lower(1);
  }
}
