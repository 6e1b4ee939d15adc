package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

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
import org.junit.jupiter.api.Test;

/** Level-triggered inputs (Intel 8259A data sheet, "Edge and Level Triggered Modes"). */
@Conformance
@Requires(
    value = {Feature.PIC, Feature.ELCR},
    stimuli = Stimulus.LINES,
    isaLines = 5)
final class LevelTests {
  private static Pics prepared(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    EdgeLevelControl.of(machine).setLevel(Irqs.levelCapable(pics));
    return pics;
  }

  @Test
  @Sweep
  @Covers({"PIC-LVL-001", "PIC-ELCR-004"})
  void aLineHeldHighInterruptsAgainAfterEachEnd(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = prepared(machine);
    cases.each(
        Irqs.levelCapable(pics),
        irq -> {
          pics.allowOnly(irq);
          pics.raise(irq);
          cpu.sti();
          for (int round = 0; round < 3; round++) {
            pics.serve(irq);
          }
          pics.take(irq);
          pics.lower(irq);
          pics.eoi(irq);
          cpu.iret();
          machine.expectNothing();
          cpu.cli();
          assertThat(pics.chip(irq)).doesNotRequest(Pics.level(irq)).isServicingNothing();
        });
  }

  @Test
  @Sweep
  @Covers("PIC-LVL-002")
  void aLineReleasedBeforeTheEndInterruptsOnce(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = prepared(machine);
    cases.each(
        Irqs.levelCapable(pics),
        irq -> {
          pics.allowOnly(irq);
          pics.raise(irq);
          cpu.sti();
          pics.take(irq);
          pics.lower(irq);
          pics.eoi(irq);
          cpu.iret();
          machine.expectNothing();
          cpu.cli();
        });
  }

  @Test
  @Sweep
  @Covers("PIC-LVL-003")
  void theRequestFollowsTheLine(Machine machine, Cases cases) {
    Pics pics = prepared(machine);
    cases.each(
        Irqs.levelCapable(pics),
        irq -> {
          Pic chip = pics.chip(irq);
          pics.allowOnly();
          for (int round = 0; round < 2; round++) {
            pics.raise(irq);
            assertThat(chip).requests(Pics.level(irq));
            pics.lower(irq);
            assertThat(chip).doesNotRequest(Pics.level(irq));
          }
          pics.allowOnly(irq);
          pics.expectNothing();
          assertThat(chip).isServicingNothing();
        });
  }

  @Test
  @Sweep
  @Covers("PIC-LVL-004")
  void aLevelInServiceIsNotTakenAgain(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = prepared(machine);
    cases.each(
        Irqs.levelCapable(pics),
        irq -> {
          pics.allowOnly(irq);
          pics.raise(irq);
          cpu.sti();
          pics.take(irq);
          cpu.sti();
          machine.expectNothing();
          assertThat(pics.chip(irq)).isServicing(Pics.level(irq));
          pics.eoi(irq);
          pics.take(irq);
          pics.lower(irq);
          pics.eoi(irq);
          cpu.iret();
          cpu.iret();
          machine.expectNothing();
          cpu.cli();
        });
  }

  @Test
  @Requires(isaLines = 10)
  @Covers({"PIC-LVL-001", "PIC-EOI-007"})
  void aLineOfTheSlaveHeldHighWaitsForBothEnds(Machine machine, Cpu cpu) {
    Pics pics = prepared(machine);
    pics.allowOnly(10);
    pics.raise(10);
    cpu.sti();
    pics.take(10);
    cpu.sti();
    pics.slave().eoi();
    machine.expectNothing();
    pics.master().eoi();
    pics.take(10);
    pics.lower(10);
    pics.eoi(10);
    cpu.iret();
    cpu.iret();
    machine.expectNothing();
  }
}
