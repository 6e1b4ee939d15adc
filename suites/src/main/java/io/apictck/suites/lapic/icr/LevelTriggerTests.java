package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.Vectors;

/**
 * IPIs are always issued as edges (Intel SDM Vol. 3A, "Interrupt Command Register (ICR)": trigger
 * mode).
 */
@Conformance
@OnMachine(processors = 3)
final class LevelTriggerTests {
  private static final int VECTOR = 0x61;

  private static InterruptCommand levelAssert(int vector) {
    return InterruptCommand.fixed(vector).withTriggerLevel(true);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ICR-016")
  void leavesTheTriggerModeBitOfEachVectorClear(Machine machine, Cpu cpu, Cases cases) {
    Cpu target = machine.cpu(1);
    target.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          cpu.lapic().send(levelAssert(vector).withDestination(target.apicId()));
          target.takeInterrupt(vector);
          assertThat(target.lapic().tmr().isEmpty()).as("TMR is empty in the handler").isTrue();
          target.finishInterrupt();
          assertThat(target.lapic()).isIdle();
        });
    assertThat(target.lapic().tmr().isEmpty()).as("TMR is empty afterwards").isTrue();
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-016")
  void isTheSameWithShorthands(Machine machine, Cpu cpu) {
    for (Shorthand shorthand : Shorthand.values()) {
      if (shorthand == Shorthand.NONE) {
        continue;
      }
      cpu.lapic().send(levelAssert(VECTOR).withShorthand(shorthand));
      for (Cpu receiver : machine.cpus()) {
        if (Commands.selects(shorthand, cpu, receiver)) {
          receiver.sti();
          receiver.takeInterrupt(VECTOR);
          assertThat(receiver.lapic().tmr().isEmpty()).as("TMR of %s is empty", receiver).isTrue();
          receiver.finishInterrupt();
          receiver.cli();
        }
      }
      machine.expectNothing();
    }
  }

  @InEachApicMode
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Covers("LAPIC-ICR-016")
  void itsEndIsNotBroadcast(Machine machine, Cpu cpu) {
    Cpu serving = machine.cpu(1);
    Cpu target = machine.cpu(2);
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, serving);
    serving.sti();
    pin.raise();
    serving.takeInterrupt(VECTOR);
    assertThat(pin.inFlight()).as("remote IRR of the pin in flight").isTrue();
    target.sti();
    cpu.lapic().send(levelAssert(VECTOR).withDestination(target.apicId()));
    target.serve(VECTOR);
    machine.expectNothing();
    assertThat(pin.inFlight())
        .as("remote IRR after the end of an IPI with the same vector")
        .isTrue();
    assertThat(serving.lapic()).isServicing(VECTOR).requestsNothing();
    pin.lower();
    serving.finishInterrupt();
    machine.settle(() -> !pin.inFlight());
    assertThat(pin.inFlight()).as("remote IRR after the end of its own interrupt").isFalse();
    pin.release();
  }
}
