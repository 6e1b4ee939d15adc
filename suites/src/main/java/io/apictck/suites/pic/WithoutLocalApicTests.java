package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The local APIC is globally disabled: LINT0 is the pin INTR, as in a PC without one. */
@Conformance
@Requires(
    value = Feature.PIC,
    stimuli = Stimulus.LINES,
    isaLines = {1, 12})
final class WithoutLocalApicTests {
  @Test
  @Sweep
  @Covers({"PIC-INIT-001", "PIC-INIT-016", "PIC-EDG-001"})
  void eachInputInterruptsOnce(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.pastDisabledApic(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          pics.allowOnly(irq);
          pics.raise(irq);
          machine.expectNothing();
          cpu.sti();
          pics.take(irq);
          assertThat(pics.chip(irq)).isServicing(Pics.level(irq));
          pics.eoi(irq);
          cpu.iret();
          machine.expectNothing();
          cpu.cli();
          pics.lower(irq);
        });
  }

  @Test
  @Covers("PIC-PRI-001")
  void allInTheirOrder(Machine machine) {
    Pics pics = Pics.pastDisabledApic(machine);
    List<Integer> all = pics.drivable();
    pics.allowOnly(all);
    all.reversed().forEach(pics::raise);
    pics.serveInOrder(Irqs.inOrder(all));
    all.forEach(pics::lower);
  }

  @Test
  @Covers({"PIC-PRI-002", "PIC-EOI-007"})
  void aHigherLevelNests(Machine machine, Cpu cpu) {
    Pics pics = Pics.pastDisabledApic(machine);
    pics.allowOnly(1, 12);
    pics.raise(12);
    cpu.sti();
    pics.take(12);
    cpu.sti();
    pics.raise(1);
    pics.serve(1);
    machine.expectNothing();
    pics.lower(12);
    pics.raise(12);
    machine.expectNothing();
    pics.slave().eoi();
    machine.expectNothing();
    pics.master().eoi();
    pics.serve(12);
    cpu.iret();
    machine.expectNothing();
  }

  @Test
  @Covers({"PIC-OCW-002", "PIC-OCW-004", "PIC-CAS-001"})
  void masksHoldRequestsBack(Machine machine) {
    Pics pics = Pics.pastDisabledApic(machine);
    for (int irq : new int[] {1, 12}) {
      pics.raise(irq);
      pics.expectNothing();
      pics.allowOnly(irq);
      pics.serveInOrder(irq);
      pics.lower(irq);
      pics.allowOnly();
    }
  }

  @Test
  @Requires(value = Feature.ELCR, isaLines = 5)
  @Covers({"PIC-LVL-001", "PIC-LVL-002"})
  void aLevelInterruptsUntilItsLineIsReleased(Machine machine, Cpu cpu) {
    Pics pics = Pics.pastDisabledApic(machine);
    EdgeLevelControl.of(machine).setLevel(5);
    pics.allowOnly(5);
    pics.raise(5);
    cpu.sti();
    pics.serve(5);
    pics.serve(5);
    pics.take(5);
    pics.lower(5);
    pics.eoi(5);
    cpu.iret();
    machine.expectNothing();
  }

  @Test
  @Covers("PIC-INIT-016")
  void wakesAHaltedProcessor(Machine machine, Cpu cpu) {
    Pics pics = Pics.pastDisabledApic(machine);
    pics.allowOnly(1, 12);
    for (int irq : new int[] {1, 12}) {
      BlockRun halt = cpu.stiHlt();
      machine.expectNothing();
      assertThat(halt.completed()).as("HLT is over").isFalse();
      pics.raise(irq);
      pics.serve(irq);
      pics.lower(irq);
      halt.values();
      cpu.cli();
    }
  }
}
