package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import org.junit.jupiter.api.BeforeEach;

/** Edge-triggered inputs (82093AA data sheet, "I/O Redirection Table Registers"). */
@Conformance
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 2)
final class EdgeTests {
  private static final int VECTOR = 0x41;

  private Pin pin;

  @BeforeEach
  void choosePin(Machine machine) {
    pin = Pin.fromLast(machine, 0);
  }

  @InEachApicMode
  @Covers({"IOA-EDG-001", "IOA-LVL-015"})
  void theTransitionToActiveInterruptsOnce(Machine machine, Cpu cpu) {
    RedirectionEntry entry = RedirectionEntry.fixed(VECTOR, cpu.apicId());
    pin.set(entry);
    cpu.sti();
    for (int i = 0; i < 3; i++) {
      pin.raise();
      cpu.takeInterrupt(VECTOR);
      assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
      assertThat(pin.entry()).as("entry in the handler").isEqualTo(entry);
      pin.lower();
      cpu.finishInterrupt();
      machine.expectNothing();
    }
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-EDG-002")
  void aLineThatStaysActiveDoesNotInterruptAgain(Machine machine, Cpu cpu) {
    pin.routeEdge(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.raise();
    cpu.finishInterrupt();
    machine.expectNothing();
    pin.raise();
    machine.expectNothing();
    pin.lower();
    pin.lower();
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-EDG-003")
  void anEdgeThatComesAndGoesWhileMaskedIsLost(Machine machine, Cpu cpu) {
    pin.set(RedirectionEntry.fixed(VECTOR, cpu.apicId()).withMasked(true));
    cpu.sti();
    pin.pulse();
    pin.pulse();
    pin.mask(false);
    machine.expectNothing();
    pin.pulse();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-EDG-004")
  void anEdgeThatCameWhileMaskedIsLostAlsoIfTheLineIsStillActive(Machine machine, Cpu cpu) {
    pin.set(RedirectionEntry.fixed(VECTOR, cpu.apicId()).withMasked(true));
    cpu.sti();
    pin.raise();
    pin.mask(false);
    machine.expectNothing();
    pin.lower();
    machine.expectNothing();
    pin.raise();
    cpu.serve(VECTOR);
    machine.expectNothing();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-EDG-005")
  void maskingDoesNotTakeBackWhatWasAccepted(Machine machine, Cpu cpu) {
    pin.routeEdge(VECTOR, cpu);
    pin.raise();
    awaitRequest(machine, cpu, VECTOR);
    pin.mask(true);
    pin.lower();
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(VECTOR);
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    pin.release();
  }

  private static void awaitRequest(Machine machine, Cpu cpu, int vector) {
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(vector)))
        .as("the local APIC requests the vector")
        .isTrue();
  }

  @InEachApicMode
  @Covers("IOA-EDG-006")
  void theHigherVectorOfTwoEdgesIsTakenFirst(Machine machine, Cpu cpu) {
    Pin other = Pin.fromLast(machine, 1);
    pin.routeEdge(0x31, cpu);
    other.routeEdge(0x52, cpu);
    Counter taken = cpu.countInterrupts(0x31, 0x52);
    for (boolean lowFirst : new boolean[] {true, false}) {
      (lowFirst ? pin : other).pulse();
      (lowFirst ? other : pin).pulse();
      awaitRequest(machine, cpu, 0x31);
      awaitRequest(machine, cpu, 0x52);
      cpu.sti();
      machine.settle(() -> taken.count() == 2);
      machine.expectNothing();
      cpu.cli();
      assertThat(taken).hasVectors(0x52, 0x31);
      taken.clear();
    }
    assertThat(cpu.lapic()).isIdle();
    pin.release();
    other.release();
  }

  @InEachApicMode
  @Covers("IOA-EDG-007")
  void aSecondEdgeBeforeTheEndIsRequestedAtOnce(Machine machine, Cpu cpu) {
    pin.routeEdge(VECTOR, cpu);
    cpu.sti();
    pin.pulse();
    cpu.takeInterrupt(VECTOR);
    pin.pulse();
    awaitRequest(machine, cpu, VECTOR);
    assertThat(pin.inFlight()).as("remote IRR of an edge").isFalse();
    machine.expectNothing();
    cpu.finishInterrupt();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-EDG-008")
  void theTriggerModeOfTheVectorBecomesEdge(Machine machine, Cpu cpu) {
    cpu.sti();
    pin.routeLevel(VECTOR, cpu);
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    assertThat(cpu.lapic()).hasTriggerMode(VECTOR, true);
    pin.lower();
    cpu.finishInterrupt();
    pin.routeEdge(VECTOR, cpu);
    pin.pulse();
    cpu.takeInterrupt(VECTOR);
    assertThat(cpu.lapic()).hasTriggerMode(VECTOR, false);
    cpu.finishInterrupt();
    machine.expectNothing();
    pin.release();
  }

  @InEachApicMode
  @Covers({"IOA-EDG-001", "IOA-REG-005"})
  void theMessageIsThatOfTheEntryAsItIsNow(Machine machine, Cpu cpu) {
    pin.routeEdge(0x41, cpu);
    cpu.sti();
    pin.pulse();
    cpu.serve(0x41);
    // never masked in between
    pin.setLow(RedirectionEntry.fixed(0x52, 0));
    pin.pulse();
    cpu.serve(0x52);
    machine.expectNothing();
    pin.release();
  }
}
