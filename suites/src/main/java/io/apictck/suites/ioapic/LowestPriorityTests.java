package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LogicalIds;
import io.apictck.suites.support.Pin;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Lowest-priority entries: one of the addressed processors is interrupted, which one is the
 * platform's choice (Intel SDM Vol. 3A, "Lowest Priority Delivery Mode").
 */
@Conformance
@OnMachine(processors = 3)
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
final class LowestPriorityTests {
  private static final int VECTOR = 0x61;
  private static final int PULSES = 100;
  private static final int PROBES = 16;

  /** Processors 0 and 1; processor 2 is not addressed. */
  private static final int SET = 0b11;

  private Pin pin;

  private List<Counter> prepare(Machine machine, boolean level) {
    LogicalIds.flat(machine);
    pin = Pin.fromLast(machine, 0);
    pin.set(
        RedirectionEntry.fixed(VECTOR, SET)
            .withLogical(true)
            .withLevel(level)
            .withDeliveryMode(DeliveryMode.LOWEST_PRIORITY));
    List<Counter> taken =
        machine.cpus().stream()
            .map(cpu ->
                cpu.onInterrupt(
                    VECTOR,
                    (each, frame) -> {
                      pin.lower();
                      each.finishInterrupt();
                    }))
            .toList();
    machine.cpus().forEach(Cpu::sti);
    return taken;
  }

  private void one(Machine machine, List<Counter> taken) {
    int before = sum(taken);
    pin.raise();
    machine.settle(() -> sum(taken) > before);
    assertThat(sum(taken) - before).as("interrupts of one request").isEqualTo(1);
    pin.lower();
  }

  private static int sum(List<Counter> taken) {
    return taken.stream().mapToInt(Counter::count).sum();
  }

  private void finish(Machine machine, List<Counter> taken, int expected) {
    machine.expectNothing();
    assertThat(sum(taken)).as("interrupts").isEqualTo(expected);
    assertThat(taken.get(2)).as("interrupts of a processor not addressed").hasCount(0);
    assertThat(pin.inFlight()).as("remote IRR").isFalse();
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle().hasNoErrors());
    pin.release();
  }

  @Test
  @Covers("IOA-DLV-002")
  void oneOfTheSetTakesEachEdge(Machine machine) {
    List<Counter> taken = prepare(machine, false);
    for (int i = 0; i < PULSES; i++) {
      one(machine, taken);
    }
    finish(machine, taken, PULSES);
  }

  @Test
  @Covers("IOA-DLV-002")
  void oneOfTheSetTakesEachLevel(Machine machine) {
    List<Counter> taken = prepare(machine, true);
    for (int i = 0; i < PULSES; i++) {
      one(machine, taken);
    }
    finish(machine, taken, PULSES);
  }

  @Test
  @Covers("IOA-DLV-003")
  void wherePriorityDecidesTheLowerOneTakesIt(Machine machine) {
    List<Counter> taken = prepare(machine, false);
    Assumptions.assumeTrue(
        choice(machine, taken, 0) == 1 && choice(machine, taken, 1) == 0,
        "the platform arbitrates by priority");
    for (int i = 0; i < PULSES; i++) {
      int busy = i & 1;
      assertThat(choice(machine, taken, busy))
          .as("the processor that takes it")
          .isEqualTo(1 - busy);
    }
    finish(machine, taken, 2 * PROBES + PULSES * PROBES);
  }

  /** The processor that takes all of some requests while another one is busy, -1 for several. */
  private int choice(Machine machine, List<Counter> taken, int busy) {
    int before = taken.get(1 - busy).count();
    machine.cpu(busy).lapic().setTpr(0xF0);
    for (int i = 0; i < PROBES; i++) {
      pin.raise();
      machine.settle(() -> taken.get(1 - busy).count() > before);
      pin.lower();
    }
    machine.cpu(busy).lapic().setTpr(0);
    return taken.get(1 - busy).count() - before == PROBES ? 1 - busy : -1;
  }
}
