package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import org.junit.jupiter.api.Test;

/** Edge-triggered inputs (Intel 8259A data sheet, "Edge and Level Triggered Modes"). */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES, isaLines = 1)
final class EdgeTests {
  @Test
  @Sweep
  @Covers("PIC-EDG-001")
  void aLineHeldHighInterruptsOnce(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          pics.allowOnly(irq);
          for (int edge = 0; edge < 2; edge++) {
            pics.raise(irq);
            pics.serveInOrder(irq);
            pics.expectNothing();
            assertThat(pics.chip(irq)).doesNotRequest(Pics.level(irq));
            pics.lower(irq);
            pics.expectNothing();
          }
        });
  }

  @Test
  @Sweep
  @Covers("PIC-EDG-002")
  void anEdgeInServiceIsRemembered(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          pics.allowOnly(irq);
          pics.raise(irq);
          cpu.sti();
          pics.take(irq);
          pics.lower(irq);
          pics.raise(irq);
          cpu.sti();
          machine.expectNothing();
          assertThat(pics.chip(irq)).requests(Pics.level(irq)).isServicing(Pics.level(irq));
          pics.eoi(irq);
          pics.serve(irq);
          machine.expectNothing();
          cpu.iret();
          machine.expectNothing();
          pics.lower(irq);
          cpu.cli();
        });
  }

  @Test
  @Sweep
  @Covers("PIC-EDG-003")
  void manyEdgesAreOneRequest(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          pics.allowOnly(irq);
          pics.raise(irq);
          for (int i = 0; i < 4; i++) {
            pics.lower(irq);
            pics.raise(irq);
          }
          pics.serveInOrder(irq);
          pics.lower(irq);
        });
  }

  @Test
  @Requires(
      value = Feature.ELCR,
      isaLines = {3, 5})
  @Covers("PIC-EDG-004")
  void aRequestThatIsGoneGivesNothingOrLevelSeven(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    EdgeLevelControl.of(machine).setLevel(5);
    pics.allowOnly(3, 5);
    pics.raise(5);
    machine.expectNothing();
    pics.lower(5);
    var spurious = cpu.onInterrupt(Pics.vector(7), (self, frame) -> self.iret());
    pics.expectNothing();
    assertThat(spurious.count()).as("spurious interrupts").isLessThanOrEqualTo(1);
    cpu.noHandler(Pics.vector(7));
    // no end of interrupt is owed
    assertThat(pics.master()).isServicingNothing();
    pics.raise(3);
    pics.serveInOrder(3);
    pics.lower(3);
  }

  @Test
  @Requires(isaLines = {7, 15})
  @Covers("PIC-EDG-007")
  void aTrueLevelSevenIsInService(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    for (int irq : new int[] {7, 15}) {
      pics.allowOnly(irq);
      pics.putInService(irq);
      assertThat(pics.chip(irq)).isServicing(7);
      pics.eoi(irq);
      assertThat(pics.chip(irq)).isServicingNothing();
      assertThat(pics.master()).isServicingNothing();
    }
  }
}
