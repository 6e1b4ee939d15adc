package io.apictck.suites.lapic.acceptance;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.Vectors;

/** TMR (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed Interrupts"). */
@Conformance
final class TriggerModeTests {
  private static final int VECTOR = 0x61;

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers({"LAPIC-ACC-006", "LAPIC-ACC-007"})
  void followsTheLastMessageOfEachVectorAndNotItsEnd(Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          Messages.level(cpu, vector);
          cpu.takeInterrupt(vector);
          assertThat(lapic.tmr()).as("TMR in the handler").isEqualTo(VectorSet.of(vector));
          cpu.finishInterrupt();
          assertThat(lapic.tmr()).as("TMR after EOI of a level").isEqualTo(VectorSet.of(vector));
          lapic.sendSelfIpi(vector);
          cpu.takeInterrupt(vector);
          assertThat(lapic.tmr().isEmpty()).as("TMR is empty after an edge").isTrue();
          cpu.finishInterrupt();
          assertThat(lapic.tmr().isEmpty()).as("TMR is empty after EOI of an edge").isTrue();
        });
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ACC-006")
  void isWrittenOnAcceptanceAndNotOnDelivery(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    VectorSet levels = new VectorSet();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          // every third is an edge, which must leave the neighbours alone
          if (vector % 3 == 0) {
            Messages.edge(cpu, vector);
          } else {
            Messages.level(cpu, vector);
            levels.add(vector);
          }
          machine.settle(() -> lapic.irr().contains(vector));
          LapicState state = LapicState.of(lapic);
          assertThat(state.tmr()).as("TMR").isEqualTo(levels);
          assertThat(state.isr().isEmpty()).as("ISR is empty").isTrue();
        });
    VectorSet requested = lapic.irr();
    cpu.sti();
    for (int vector = Vectors.LAST; vector >= Vectors.FIRST; vector--) {
      if (requested.contains(vector)) {
        cpu.serve(vector);
      }
    }
    assertThat(lapic.tmr()).as("TMR at the end").isEqualTo(levels);
  }

  @InEachApicMode
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Covers({"LAPIC-ACC-006", "LAPIC-ACC-007"})
  void isSetByALevelPinKeptAtItsEndAndClearedByAnEdge(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    assertThat(lapic.tmr()).as("TMR").isEqualTo(VectorSet.of(VECTOR));
    pin.lower();
    cpu.finishInterrupt();
    assertThat(lapic.tmr()).as("TMR after EOI").isEqualTo(VectorSet.of(VECTOR));
    lapic.sendSelfIpi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    assertThat(lapic.tmr().isEmpty()).as("TMR is empty").isTrue();
    cpu.finishInterrupt();
    pin.release();
  }

  @InEachApicMode
  @Requires(
      value = Feature.IO_APIC,
      stimuli = {Stimulus.LINES, Stimulus.DEVICE_WRITE},
      pins = 1)
  @Covers("LAPIC-ACC-006")
  void followsTheMessageAndNotTheTableOfTheIoApic(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, cpu);
    assertThat(lapic.tmr().isEmpty()).as("TMR is empty after a table write").isTrue();
    cpu.sti();
    Messages.edge(cpu, VECTOR);
    cpu.takeInterrupt(VECTOR);
    assertThat(lapic.tmr().isEmpty()).as("TMR is empty after an edge message").isTrue();
    cpu.finishInterrupt();
    pin.routeEdge(VECTOR, cpu);
    Messages.level(cpu, VECTOR);
    cpu.takeInterrupt(VECTOR);
    assertThat(lapic.tmr()).as("TMR after a level message").isEqualTo(VectorSet.of(VECTOR));
    cpu.finishInterrupt();
    pin.release();
  }

  @InEachApicMode
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Covers("LAPIC-ACC-008")
  void anEdgeAfterALevelDecides(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, cpu);
    pin.raise();
    assertThat(machine.settle(() -> lapic.irr().contains(VECTOR))).as("level accepted").isTrue();
    assertThat(lapic.tmr()).as("TMR after the level").isEqualTo(VectorSet.of(VECTOR));
    lapic.sendSelfIpi(VECTOR);
    machine.expectNothing();
    // the manual speaks of acceptance only: that a second request merges into the first is
    // tolerated
    boolean level = lapic.tmr().contains(VECTOR);
    machine.observe("TMR after a level and then an edge of a pending vector", level ? 1 : 0);
    pin.lower();
    cpu.sti();
    cpu.serve(VECTOR);
    assertThat(pin.inFlight())
        .as("the pin is in flight after an EOI with TMR=%s", level)
        .isEqualTo(!level);
    machine.expectNothing();
    pin.release();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Covers("LAPIC-ACC-008")
  void aLevelAfterAnEdgeDecides(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, cpu);
    lapic.sendSelfIpi(VECTOR);
    assertThat(machine.settle(() -> lapic.irr().contains(VECTOR))).as("edge accepted").isTrue();
    assertThat(lapic.tmr().isEmpty()).as("TMR is empty after the edge").isTrue();
    pin.raise();
    assertThat(machine.settle(() -> lapic.tmr().contains(VECTOR)))
        .as("TMR after the level")
        .isTrue();
    pin.lower();
    cpu.sti();
    cpu.serve(VECTOR);
    assertThat(pin.inFlight()).as("the pin is in flight after EOI").isFalse();
    machine.expectNothing();
    pin.release();
    assertThat(lapic).isIdle();
  }
}
