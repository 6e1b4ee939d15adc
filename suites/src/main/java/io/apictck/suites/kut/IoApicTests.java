package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Interrupts of the I/O APIC (ioapic.c); the inputs are those that the platform drives best. */
@Conformance
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 2)
final class IoApicTests {
  private Pin pin;
  private Pin other;

  @BeforeEach
  void choosePins(Machine machine) {
    pin = Pin.fromLast(machine, 0);
    other = Pin.fromLast(machine, 1);
  }

  private static void expect(Machine machine, Counter taken, int count) {
    machine.settle(() -> taken.count() >= count);
    machine.expectNothing();
    assertThat(taken).hasCount(count);
  }

  @InEachApicMode
  @Covers("IOA-EDG-001")
  @Ports("KUT-IOAPIC-005")
  void edge(Machine machine, Cpu cpu) {
    Counter taken = cpu.countInterrupts(0x76);
    pin.routeEdge(0x76, cpu);
    cpu.sti();
    pin.pulse();
    expect(machine, taken, 1);
  }

  private Counter lowering(Cpu cpu, int vector, int lastRun) {
    Counter[] taken = new Counter[1];
    taken[0] =
        cpu.onInterrupt(
            vector,
            (each, frame) -> {
              if (taken[0].count() >= lastRun) {
                pin.lower();
              }
              each.finishInterrupt();
            });
    return taken[0];
  }

  @InEachApicMode
  @Covers({"IOA-LVL-001", "IOA-LVL-004"})
  @Ports("KUT-IOAPIC-006")
  void level(Machine machine, Cpu cpu) {
    Counter taken = lowering(cpu, 0x77, 1);
    pin.routeLevel(0x77, cpu);
    cpu.sti();
    pin.raise();
    expect(machine, taken, 1);
  }

  /** The second handler begins where the first one returns to: nothing runs in between. */
  @InEachApicMode
  @Covers("IOA-EDG-006")
  @Ports("KUT-IOAPIC-007")
  void simultaneousEdges(Machine machine, Cpu cpu) {
    pin.routeEdge(0x78, cpu);
    other.routeEdge(0x66, cpu);
    other.pulse();
    pin.pulse();
    machine.settle(() -> cpu.lapic().irr().contains(0x66) && cpu.lapic().irr().contains(0x78));
    cpu.sti();
    InterruptFrame first = cpu.takeInterrupt(0x78);
    cpu.finishInterrupt();
    InterruptFrame second = cpu.takeInterrupt(0x66);
    cpu.finishInterrupt();
    assertThat(second.interrupted()).as("where the second one came").isEqualTo(first.interrupted());
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("IOA-LVL-002")
  @Ports("KUT-IOAPIC-008")
  void levelsCoalesce(Machine machine, Cpu cpu) {
    Counter[] taken = new Counter[1];
    taken[0] =
        cpu.onInterrupt(
            0x98,
            (each, frame) -> {
              if (taken[0].count() == 1) {
                pin.lower();
                pin.raise();
              }
              pin.lower();
              each.finishInterrupt();
            });
    pin.routeLevel(0x98, cpu);
    cpu.sti();
    pin.raise();
    expect(machine, taken[0], 1);
  }

  @InEachApicMode
  @Covers("IOA-LVL-004")
  @Ports("KUT-IOAPIC-009")
  void sequentialLevels(Machine machine, Cpu cpu) {
    Counter taken = lowering(cpu, 0x99, 1);
    pin.routeLevel(0x99, cpu);
    cpu.sti();
    pin.raise();
    expect(machine, taken, 1);
    pin.raise();
    expect(machine, taken, 2);
  }

  /** The original halts without a limit; here each HLT must end. */
  @InEachApicMode
  @Covers("IOA-LVL-003")
  @Ports("KUT-IOAPIC-010")
  void levelThatStaysInterruptsAgain(Machine machine, Cpu cpu) {
    Counter taken = lowering(cpu, 0x9A, 2);
    pin.routeLevel(0x9A, cpu);
    pin.raise();
    for (int i = 0; i < 10 && taken.count() < 2; i++) {
      BlockRun halted = cpu.stiHlt();
      assertThat(machine.settle(() -> !halted.running())).as("HLT ended").isTrue();
      cpu.cli();
    }
    cpu.sti();
    expect(machine, taken, 2);
  }

  @InEachApicMode
  @Covers({"IOA-EDG-003", "IOA-EDG-001"})
  @Ports({"KUT-IOAPIC-011", "KUT-IOAPIC-012"})
  void maskedEdge(Machine machine, Cpu cpu) {
    Counter taken = cpu.countInterrupts(0x81);
    pin.routeEdge(0x81, cpu);
    pin.mask(true);
    cpu.sti();
    pin.pulse();
    expect(machine, taken, 0);
    pin.mask(false);
    pin.raise();
    expect(machine, taken, 1);
    pin.lower();
  }

  @InEachApicMode
  @Covers("IOA-LVL-005")
  @Ports({"KUT-IOAPIC-013", "KUT-IOAPIC-014"})
  void maskedLevel(Machine machine, Cpu cpu) {
    Counter taken = lowering(cpu, 0x82, 1);
    pin.routeLevel(0x82, cpu);
    pin.mask(true);
    cpu.sti();
    pin.raise();
    expect(machine, taken, 0);
    pin.mask(false);
    expect(machine, taken, 1);
  }

  @InEachApicMode
  @Covers("IOA-LVL-006")
  @Ports("KUT-IOAPIC-015")
  void levelMaskedByItsHandler(Machine machine, Cpu cpu) {
    Counter taken =
        cpu.onInterrupt(
            0x83,
            (each, frame) -> {
              pin.mask(true);
              each.finishInterrupt();
            });
    pin.routeLevel(0x83, cpu);
    cpu.sti();
    pin.raise();
    expect(machine, taken, 1);
    pin.mask(false);
    expect(machine, taken, 2);
    pin.lower();
    pin.mask(false);
    expect(machine, taken, 2);
  }

  private void verifyTriggerMode(
      Machine machine, Cpu cpu, boolean level, boolean before, boolean halted) {
    if (level) {
      pin.routeLevel(0x79, cpu);
    } else {
      pin.routeEdge(0x79, cpu);
    }
    assertThat(cpu.lapic()).hasTriggerMode(0x79, before);
    BlockRun waiting = halted ? cpu.stiHlt() : null;
    if (!halted) {
      cpu.sti();
    }
    pin.raise();
    cpu.takeInterrupt(0x79);
    assertThat(cpu.lapic()).hasTriggerMode(0x79, level);
    pin.lower();
    cpu.finishInterrupt();
    if (waiting != null) {
      assertThat(machine.settle(() -> !waiting.running())).as("HLT ended").isTrue();
    }
    cpu.cli();
    assertThat(machine.settle(() -> !pin.inFlight())).as("remote IRR is 0").isTrue();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers({"IOA-EDG-008", "IOA-LVL-001"})
  @Ports({"KUT-IOAPIC-016", "KUT-IOAPIC-017", "KUT-IOAPIC-018", "KUT-IOAPIC-019"})
  void triggerModes(Machine machine, Cpu cpu) {
    verifyTriggerMode(machine, cpu, false, false, false);
    verifyTriggerMode(machine, cpu, true, false, false);
    verifyTriggerMode(machine, cpu, true, true, false);
    verifyTriggerMode(machine, cpu, false, true, false);
  }

  /** In the original another processor drives the line; here it changes while the target halts. */
  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers({"IOA-EDG-008", "IOA-LVL-001"})
  @Ports({"KUT-IOAPIC-022", "KUT-IOAPIC-023", "KUT-IOAPIC-024", "KUT-IOAPIC-025"})
  void triggerModesWithALineThatChangesMeanwhile(Machine machine) {
    Cpu target = machine.cpu(1);
    verifyTriggerMode(machine, target, false, false, true);
    verifyTriggerMode(machine, target, true, false, true);
    verifyTriggerMode(machine, target, true, true, true);
    verifyTriggerMode(machine, target, false, true, true);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers({"IOA-DLV-001", "IOA-DLV-008"})
  @Ports("KUT-IOAPIC-020")
  void physicalDestination(Machine machine) {
    Cpu target = machine.cpu(1);
    Counter taken = lowering(target, 0x85, 1);
    pin.routeLevel(0x85, target);
    machine.cpus().forEach(Cpu::sti);
    pin.raise();
    expect(machine, taken, 1);
    assertThat(pin.inFlight()).as("remote IRR").isFalse();
  }

  /**
   * Three of four processors. The original needs logical IDs of x2APIC mode and a level; a level
   * with several receivers has no defined end, so this is an edge in xAPIC mode.
   */
  @Test
  @OnMachine(processors = 4)
  @Covers("IOA-DLV-008")
  @Ports("KUT-IOAPIC-021")
  void logicalDestination(Machine machine) {
    Set<Integer> members = Set.of(0, 2, 3);
    List<Counter> taken = new ArrayList<>();
    for (Cpu cpu : machine.cpus()) {
      cpu.lapic().write(LapicRegister.LDR, cpu.index() < 8 ? 1 << (24 + cpu.index()) : 0);
      taken.add(cpu.countInterrupts(0x86));
      cpu.sti();
    }
    pin.set(RedirectionEntry.fixed(0x86, 0x0D).withLogical(true));
    pin.pulse();
    machine.settle(() -> members.stream().allMatch(member -> taken.get(member).count() > 0));
    machine.expectNothing();
    for (Cpu cpu : machine.cpus()) {
      assertThat(taken.get(cpu.index()))
          .as("interrupts on %s", cpu)
          .hasCount(members.contains(cpu.index()) ? 1 : 0);
    }
    assertThat(pin.inFlight()).as("remote IRR").isFalse();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers({"IOA-LVL-008", "IOA-LVL-014"})
  @Ports({"KUT-IOAPIC-026", "KUT-IOAPIC-027", "KUT-IOAPIC-028", "KUT-IOAPIC-029", "KUT-IOAPIC-030"})
  void handlerMovesItsEntryAndAnother(Machine machine, Cpu cpu) {
    Pin first = other;
    Pin second = pin;
    first.routeLevel(0x64, cpu);
    second.routeLevel(0x84, cpu);
    cpu.sti();
    first.raise();
    cpu.takeInterrupt(0x64);
    second.raise();
    assertThat(machine.settle(second::inFlight)).as("remote IRR of the second").isTrue();
    for (Pin each : new Pin[] {second, first}) {
      each.lower();
      RedirectionEntry entry = each.entry();
      assertThat(entry.remoteIrr()).as("remote IRR of %s", each).isTrue();
      each.setHigh(entry.withDestination(machine.cpu(1).apicId()));
    }
    cpu.lapic().eoi();
    // IF is 0 until the handler returns
    assertThat(cpu.lapic()).requests(0x84);
    assertThat(cpu.depth()).as("handlers").isEqualTo(1);
    cpu.iret();
    cpu.takeInterrupt(0x84);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(second.inFlight()).as("remote IRR of the second").isFalse();
    assertThat(first.inFlight()).as("remote IRR of the first").isFalse();
    assertThat(cpu.lapic()).isIdle();
    assertThat(machine.cpu(1).lapic()).isIdle();
  }
}
