package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import org.junit.jupiter.api.BeforeEach;

/** Level-triggered inputs (82093AA data sheet, "I/O Redirection Table Registers"). */
@Conformance
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 3)
final class LevelTests {
  private static final int VECTOR = 0x51;

  private Pin pin;

  @BeforeEach
  void choosePin(Machine machine) {
    pin = Pin.fromLast(machine, 0);
  }

  private void verifyInFlight(boolean expected, String when) {
    assertThat(pin.inFlight()).as("remote IRR %s", when).isEqualTo(expected);
  }

  private void verifyFree(Machine machine, Cpu cpu) {
    machine.expectNothing();
    verifyInFlight(false, "at the end");
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
    pin.release();
  }

  private static void awaitInFlight(Machine machine, Pin pin) {
    assertThat(machine.settle(pin::inFlight)).as("remote IRR of %s", pin).isTrue();
  }

  @InEachApicMode
  @Covers({"IOA-LVL-001", "IOA-LVL-004", "IOA-LVL-015"})
  void anActiveLevelInterruptsAndIsInFlightUntilItsEnd(Machine machine, Cpu cpu) {
    RedirectionEntry entry = RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true);
    pin.set(entry);
    cpu.sti();
    for (int i = 0; i < 3; i++) {
      assertThat(pin.entry()).as("entry before").isEqualTo(entry);
      pin.raise();
      cpu.takeInterrupt(VECTOR);
      assertThat(pin.entry()).as("entry in the handler").isEqualTo(entry.withRemoteIrr(true));
      assertThat(cpu.lapic()).isServicing(VECTOR).hasTriggerMode(VECTOR, true);
      pin.lower();
      verifyInFlight(true, "after the line fell");
      cpu.finishInterrupt();
      machine.expectNothing();
      assertThat(pin.entry()).as("entry after EOI").isEqualTo(entry);
    }
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-002")
  void inFlightItSendsNothingWhateverTheLineDoes(Machine machine, Cpu cpu) {
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    for (int i = 0; i < 2; i++) {
      pin.lower();
      pin.raise();
    }
    machine.expectNothing();
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    pin.lower();
    cpu.finishInterrupt();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-003")
  void aLineThatStaysActiveInterruptsOnceAfterEachEnd(Machine machine, Cpu cpu) {
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    for (int i = 0; i < 4; i++) {
      cpu.takeInterrupt(VECTOR);
      assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
      if (i == 3) {
        pin.lower();
      }
      cpu.lapic().eoi();
      if (i < 3) {
        machine.settle(pin::inFlight);
        assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
      }
      cpu.iret();
    }
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-005")
  void aMaskedLevelWaitsForItsUnmasking(Machine machine, Cpu cpu) {
    RedirectionEntry entry = RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true);
    pin.set(entry.withMasked(true));
    cpu.sti();
    pin.raise();
    machine.expectNothing();
    verifyInFlight(false, "while masked");
    pin.mask(false);
    cpu.takeInterrupt(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    pin.lower();
    cpu.finishInterrupt();
    // a level that came and went leaves nothing
    pin.mask(true);
    pin.pulse();
    pin.mask(false);
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers({"IOA-LVL-005", "IOA-REG-005"})
  void whatAMaskedLevelSendsIsWhatItsEntryBecame(Machine machine, Cpu cpu) {
    pin.set(RedirectionEntry.fixed(0x41, cpu.apicId()).withLevel(true).withMasked(true));
    cpu.sti();
    pin.raise();
    pin.set(RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true));
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-006")
  void maskingInFlightHoldsBackTheNextOneOnly(Machine machine, Cpu cpu) {
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.mask(true);
    verifyInFlight(true, "after masking");
    cpu.finishInterrupt();
    machine.expectNothing();
    verifyInFlight(false, "after EOI of a masked entry");
    pin.mask(false);
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers({"IOA-LVL-006", "IOA-LVL-002"})
  void unmaskingInFlightSendsNothing(Machine machine, Cpu cpu) {
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.mask(true);
    pin.mask(false);
    machine.expectNothing();
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    verifyInFlight(true, "after masking and unmasking");
    pin.lower();
    cpu.finishInterrupt();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-007")
  void anAcceptedLevelIsDeliveredAlsoIfItsLineFell(Machine machine, Cpu cpu) {
    pin.routeLevel(VECTOR, cpu);
    pin.raise();
    awaitInFlight(machine, pin);
    assertThat(cpu.lapic()).requests(VECTOR);
    pin.lower();
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(VECTOR);
    cpu.sti();
    cpu.serve(VECTOR);
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-008")
  void anEndFreesAllInputsWithTheVectorAndNoOther(Machine machine, Cpu cpu) {
    Pin same = Pin.fromLast(machine, 1);
    Pin other = Pin.fromLast(machine, 2);
    for (Pin each : new Pin[] {pin, same}) {
      each.routeLevel(0x61, cpu);
      each.raise();
      awaitInFlight(machine, each);
    }
    other.routeLevel(VECTOR, cpu);
    other.raise();
    awaitInFlight(machine, other);
    pin.lower();
    same.lower();
    other.lower();
    cpu.sti();
    cpu.serve(0x61);
    cpu.takeInterrupt(VECTOR);
    assertThat(pin.inFlight() || same.inFlight()).as("61h in flight after its EOI").isFalse();
    assertThat(other.inFlight()).as("51h in flight after the EOI of 61h").isTrue();
    cpu.finishInterrupt();
    assertThat(other.inFlight()).as("51h in flight after its EOI").isFalse();
    same.release();
    other.release();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-008")
  void anInputThatSharesTheVectorInterruptsAgainIfItIsActive(Machine machine, Cpu cpu) {
    Pin same = Pin.fromLast(machine, 1);
    cpu.sti();
    pin.routeLevel(VECTOR, cpu);
    same.routeLevel(VECTOR, cpu);
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    same.raise();
    // the other input's message is collected in IRR
    awaitInFlight(machine, same);
    pin.lower();
    cpu.finishInterrupt();
    cpu.takeInterrupt(VECTOR);
    same.lower();
    cpu.finishInterrupt();
    assertThat(same.inFlight()).as("the other input in flight").isFalse();
    same.release();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-009")
  void theEndOfAnEdgeVectorFreesNothing(Machine machine, Cpu cpu) {
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.sti();
    cpu.lapic().sendSelfIpi(0x91);
    cpu.serve(0x91);
    verifyInFlight(true, "after the EOI of another vector, an edge");
    cpu.finishInterrupt();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers({"IOA-LVL-009", "IOA-LVL-010"})
  void theEndOfAnEdgeWithTheVectorOnAnotherProcessorFreesNothing(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    other.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    other.lapic().sendSelfIpi(VECTOR);
    other.serve(VECTOR);
    verifyInFlight(true, "after the EOI of an edge on CPU 1");
    cpu.finishInterrupt();
    assertThat(other.lapic()).isIdle();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("IOA-LVL-014")
  void aNewDestinationCountsFromTheNextMessageOn(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    other.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.setHigh(pin.entry().withDestination(other.apicId()));
    machine.expectNothing();
    verifyInFlight(true, "after the destination changed");
    assertThat(other.lapic()).isIdle();
    cpu.finishInterrupt();
    other.takeInterrupt(VECTOR);
    assertThat(cpu.lapic()).isIdle();
    pin.lower();
    other.finishInterrupt();
    assertThat(other.lapic()).isIdle();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers({"IOA-LVL-014", "IOA-LVL-005"})
  void aDestinationThatIsWrittenFirstIsTheOnlyOne(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    cpu.sti();
    other.sti();
    pin.set(RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true).withMasked(true));
    pin.raise();
    // high half, then low half
    pin.set(RedirectionEntry.fixed(VECTOR, other.apicId()).withLevel(true));
    other.takeInterrupt(VECTOR);
    pin.lower();
    other.finishInterrupt();
    assertThat(other.lapic()).isIdle();
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-016")
  void thePolarityBitLeavesLogicalLinesAlone(Machine machine, Cpu cpu) {
    cpu.sti();
    for (boolean level : new boolean[] {true, false}) {
      RedirectionEntry entry =
          RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(level).withActiveLow(true);
      pin.set(entry);
      machine.expectNothing();
      assertThat(pin.entry()).as("entry").isEqualTo(entry);
      pin.raise();
      cpu.takeInterrupt(VECTOR);
      pin.lower();
      cpu.finishInterrupt();
      machine.expectNothing();
    }
    verifyFree(machine, cpu);
  }

  @InEachApicMode
  @Covers("IOA-LVL-017")
  void oneWriteFromMaskedEdgeToUnmaskedLevelSends(Machine machine, Cpu cpu) {
    pin.set(RedirectionEntry.fixed(VECTOR, cpu.apicId()).withMasked(true));
    cpu.sti();
    pin.raise();
    pin.setLow(RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true));
    cpu.takeInterrupt(VECTOR);
    verifyInFlight(true, "in the handler");
    machine.expectNothing();
    pin.lower();
    cpu.finishInterrupt();
    verifyFree(machine, cpu);
  }
}
