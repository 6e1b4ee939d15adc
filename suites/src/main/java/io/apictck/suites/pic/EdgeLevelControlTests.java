package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Edge/level control registers (Intel 82801 data sheets, "ELCR1" and "ELCR2"). */
@Conformance
@Requires({Feature.PIC, Feature.ELCR})
final class EdgeLevelControlTests {
  private static final int VECTOR = 0x71;

  @Test
  @Sweep
  @Covers({"PIC-ELCR-001", "PIC-ELCR-002"})
  void onlyInputsThatMayBeLevelTriggeredHaveABit(Machine machine, Cases cases) {
    EdgeLevelControl control = EdgeLevelControl.of(machine);
    cases.range(
        0,
        0xFF,
        value -> {
          control.write(EdgeLevelControl.MASTER, value);
          control.write(EdgeLevelControl.SLAVE, ~value & 0xFF);
          assertThat(control.read(EdgeLevelControl.MASTER))
              .as("ELCR1")
              .isEqualTo(value & Irqs.MASTER_LEVEL_CAPABLE);
          assertThat(control.read(EdgeLevelControl.SLAVE))
              .as("ELCR2")
              .isEqualTo(~value & Irqs.SLAVE_LEVEL_CAPABLE);
        });
  }

  @Test
  @OnMachine(powerOn = true)
  @Requires(virtualTime = true)
  @Covers("PIC-ELCR-003")
  void allAreEdgeTriggeredAfterReset(Machine machine) {
    EdgeLevelControl control = EdgeLevelControl.of(machine);
    assertThat(control.read(EdgeLevelControl.MASTER)).as("ELCR1").isZero();
    assertThat(control.read(EdgeLevelControl.SLAVE)).as("ELCR2").isZero();
    control.write(EdgeLevelControl.MASTER, 0xFF);
    control.write(EdgeLevelControl.SLAVE, 0xFF);
    machine.reset();
    assertThat(control.read(EdgeLevelControl.MASTER)).as("ELCR1").isZero();
    assertThat(control.read(EdgeLevelControl.SLAVE)).as("ELCR2").isZero();
  }

  @Test
  @Covers("PIC-ELCR-003")
  void initializationDoesNotChangeThem(Machine machine) {
    EdgeLevelControl control = EdgeLevelControl.of(machine);
    control.write(EdgeLevelControl.MASTER, 0x28);
    control.write(EdgeLevelControl.SLAVE, 0x54);
    Pics.throughLint0(machine).initialize();
    assertThat(control.read(EdgeLevelControl.MASTER)).as("ELCR1").isEqualTo(0x28);
    assertThat(control.read(EdgeLevelControl.SLAVE)).as("ELCR2").isEqualTo(0x54);
  }

  @Test
  @Sweep
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {4, 5})
  @Covers("PIC-ELCR-004")
  void eachBitIsForItsInputOnly(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    EdgeLevelControl control = EdgeLevelControl.of(machine);
    List<Integer> all = pics.drivable();
    cases.each(
        Irqs.levelCapable(pics),
        level -> {
          control.setLevel(level);
          for (int irq : all) {
            pics.allowOnly(irq);
            pics.raise(irq);
            cpu.sti();
            pics.serve(irq);
            if (irq == level) {
              pics.take(irq);
              pics.lower(irq);
              pics.eoi(irq);
              cpu.iret();
            }
            machine.expectNothing();
            cpu.cli();
            pics.lower(irq);
          }
        });
  }

  @Test
  @Sweep
  @Requires(
      value = Feature.IO_APIC,
      stimuli = Stimulus.LINES,
      isaLines = {5, 11})
  @Covers("PIC-ELCR-006")
  void theyDoNotReachTheIoApic(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    EdgeLevelControl control = EdgeLevelControl.of(machine);
    IoApic ioApic = machine.ioApic();
    RedirectionEntry edge = RedirectionEntry.fixed(VECTOR, cpu.apicId());
    for (int irq : new int[] {5, 11}) {
      int input = machine.description().board().gsiOfIsa(irq) - ioApic.gsiBase();
      cases.each(
          List.of(true, false),
          levelAtPics -> {
            control.setLevel(levelAtPics ? List.of(irq) : List.of());
            ioApic.setEntry(input, edge.withLevel(true));
            pics.raise(irq);
            cpu.sti();
            cpu.serve(VECTOR);
            cpu.takeInterrupt(VECTOR);
            pics.lower(irq);
            cpu.finishInterrupt();
            machine.expectNothing();
            ioApic.setEntry(input, edge);
            pics.raise(irq);
            cpu.serve(VECTOR);
            machine.expectNothing();
            cpu.cli();
            pics.lower(irq);
            ioApic.setEntry(input, RedirectionEntry.RESET);
          });
    }
    assertThat(pics.master()).isServicingNothing();
  }
}
