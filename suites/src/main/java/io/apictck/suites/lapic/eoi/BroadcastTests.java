package io.apictck.suites.lapic.eoi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.Vectors;

/**
 * What I/O APICs hear of an EOI (Intel SDM Vol. 3A, "Signaling Interrupt Servicing Completion").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
final class BroadcastTests {
  private static final int VECTOR = 0x51;

  /**
   * Leaves a level of {@code vector} in flight to a processor that does not take it, its line low
   * again.
   */
  private static void putInFlight(Machine machine, Pin pin, int vector, Cpu target) {
    pin.routeLevel(vector, target);
    pin.raise();
    assertThat(machine.settle(pin::inFlight)).as("the pin is in flight").isTrue();
    pin.lower();
  }

  /** Lets the processor take what {@link #putInFlight} left, so that the pin is free again. */
  private static void drain(Cpu target, Pin pin, int vector) {
    target.sti();
    target.serve(vector);
    target.cli();
    assertThat(pin.inFlight()).as("the pin is in flight at the end").isFalse();
    pin.release();
    assertThat(target.lapic()).isIdle();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-EOI-004")
  void endsTheLevelOfEachVector(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    Pin pin = Pin.fromLast(machine, 0);
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          cpu.cli();
          putInFlight(machine, pin, vector, cpu);
          cpu.sti();
          cpu.takeInterrupt(vector);
          assertThat(pin.inFlight()).as("in flight before EOI").isTrue();
          cpu.lapic().eoi();
          assertThat(pin.inFlight()).as("in flight after EOI").isFalse();
          cpu.iret();
        });
    pin.release();
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-004")
  void letsALineThatIsStillAssertedInterruptAgain(Machine machine, Cpu cpu) {
    Pin pin = Pin.fromLast(machine, 0);
    cpu.sti();
    pin.routeLevel(VECTOR, cpu);
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    cpu.finishInterrupt();
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(pin.inFlight()).as("in flight").isFalse();
    pin.release();
  }

  @InEachApicMode
  @Requires(pins = 3)
  @Covers("LAPIC-EOI-004")
  void namesTheVectorThatEnded(Machine machine, Cpu cpu) {
    Pin low = Pin.fromLast(machine, 0);
    Pin high = Pin.fromLast(machine, 1);
    Pin alsoHigh = Pin.fromLast(machine, 2);
    putInFlight(machine, low, 0x51, cpu);
    putInFlight(machine, high, 0x61, cpu);
    putInFlight(machine, alsoHigh, 0x61, cpu);
    cpu.sti();
    cpu.serve(0x61);
    cpu.takeInterrupt(0x51);
    assertThat(low.inFlight()).as("51h in flight after EOI of 61h").isTrue();
    assertThat(high.inFlight() || alsoHigh.inFlight())
        .as("61h in flight after EOI of 61h")
        .isFalse();
    cpu.finishInterrupt();
    assertThat(low.inFlight()).as("51h in flight after EOI of 51h").isFalse();
    low.release();
    high.release();
    alsoHigh.release();
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-004")
  void reachesEachIoApic(Machine machine, Cpu cpu) {
    int count = machine.description().ioApics().size();
    for (int i = 0; i < count; i++) {
      putInFlight(machine, Pin.of(machine, machine.ioApic(i), 0), VECTOR, cpu);
    }
    cpu.sti();
    cpu.serve(VECTOR);
    for (int i = 0; i < count; i++) {
      Pin pin = Pin.of(machine, machine.ioApic(i), 0);
      assertThat(pin.inFlight()).as("in flight at I/O APIC %d", i).isFalse();
      pin.release();
    }
  }

  /** The pin waits for processor 1; processor 0 ends the same vector. */
  @InEachApicMode
  @Sweep
  @Covers("LAPIC-EOI-004")
  void anEdgeOfEachVectorEndsNoLevel(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    Vectors.makeAllOrdinary(machine.cpu(1).lapic());
    Pin pin = Pin.fromLast(machine, 0);
    Cpu target = machine.cpu(1);
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          putInFlight(machine, pin, vector, target);
          cpu.lapic().sendSelfIpi(vector);
          cpu.serve(vector);
          assertThat(pin.inFlight()).as("in flight after the EOI of an edge").isTrue();
          drain(target, pin, vector);
        });
  }

  @InEachApicMode
  @Requires(pins = 2)
  @Covers("LAPIC-EOI-003")
  void withoutAVectorInServiceEndsNoLevel(Machine machine, Cpu cpu) {
    Vectors.makeAllOrdinary(cpu.lapic());
    Pin lowest = Pin.fromLast(machine, 0);
    Pin highest = Pin.fromLast(machine, 1);
    putInFlight(machine, lowest, Vectors.FIRST, cpu);
    putInFlight(machine, highest, Vectors.LAST, cpu);
    cpu.lapic().latchErrors();
    cpu.lapic().eoi();
    cpu.lapic().eoi();
    machine.expectNothing();
    assertThat(lowest.inFlight()).as("10h in flight").isTrue();
    assertThat(highest.inFlight()).as("FFh in flight").isTrue();
    assertThat(cpu.lapic()).requests(Vectors.FIRST, Vectors.LAST).hasNoErrors();
    cpu.sti();
    cpu.takeInterrupt(Vectors.LAST);
    cpu.lapic().eoi();
    assertThat(lowest.inFlight()).as("10h in flight after EOI of FFh").isTrue();
    cpu.iret();
    cpu.serve(Vectors.FIRST);
    assertThat(lowest.inFlight() || highest.inFlight()).as("in flight at the end").isFalse();
    lowest.release();
    highest.release();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-EOI-009")
  void theLevelOfAMessageIsBroadcast(Machine machine, Cpu cpu) {
    Pin pin = Pin.fromLast(machine, 0);
    Cpu target = machine.cpu(1);
    putInFlight(machine, pin, VECTOR, target);
    cpu.sti();
    Messages.level(cpu, VECTOR);
    cpu.takeInterrupt(VECTOR);
    assertThat(cpu.lapic().tmr()).as("TMR").isEqualTo(VectorSet.of(VECTOR));
    assertThat(pin.inFlight()).as("in flight before EOI").isTrue();
    cpu.finishInterrupt();
    // the message names the vector and not the source
    assertThat(pin.inFlight()).as("in flight after EOI").isFalse();
    drain(target, pin, VECTOR);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.DEVICE_WRITE, pins = 2)
  @Covers("LAPIC-EOI-009")
  void theLevelOfAMessageChangesNoIdlePin(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Pin idle = Pin.fromLast(machine, 0);
    Pin other = Pin.fromLast(machine, 1);
    Cpu target = machine.cpu(1);
    idle.routeLevel(VECTOR, cpu);
    putInFlight(machine, other, 0x61, target);
    cpu.sti();
    Messages.level(cpu, VECTOR);
    cpu.takeInterrupt(VECTOR);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(idle.inFlight()).as("an idle pin of the same vector in flight").isFalse();
    assertThat(other.inFlight()).as("a pin of another vector in flight").isTrue();
    assertThat(lapic).isIdle();
    // the idle pin still works
    idle.raise();
    cpu.takeInterrupt(VECTOR);
    idle.lower();
    cpu.finishInterrupt();
    idle.release();
    drain(target, other, 0x61);
  }
}
