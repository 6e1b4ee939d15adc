package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The EOI register of I/O APICs (Intel 82801 data sheets, "EOI Register"). */
@Conformance
@Requires(
    value = {Feature.IO_APIC, Feature.IO_APIC_EOI_REGISTER},
    stimuli = Stimulus.LINES,
    pins = 3)
final class DirectedEndTests {
  private static final int VECTOR = 0x51;

  private Pin pin;

  @BeforeEach
  void choosePin(Machine machine) {
    pin = Pin.fromLast(machine, 0);
  }

  private void take(Cpu cpu) {
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
  }

  @InEachApicMode
  @Covers("IOA-EOI-001")
  void endsTheLevelAtTheIoApicAlone(Machine machine, Cpu cpu) {
    take(cpu);
    pin.lower();
    pin.ioApic().directedEoi(VECTOR);
    assertThat(pin.inFlight()).as("remote IRR after a directed EOI").isFalse();
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    machine.expectNothing();
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-EOI-001")
  void endsAllLevelsWithTheVector(Machine machine, Cpu cpu) {
    Pin same = Pin.fromLast(machine, 1);
    Pin masked = Pin.fromLast(machine, 2);
    for (Pin each : new Pin[] {pin, same, masked}) {
      each.routeLevel(VECTOR, cpu);
      each.raise();
      assertThat(machine.settle(each::inFlight)).as("remote IRR of %s", each).isTrue();
      each.lower();
    }
    masked.mask(true);
    pin.ioApic().directedEoi(VECTOR);
    for (Pin each : new Pin[] {pin, same, masked}) {
      assertThat(each.inFlight()).as("remote IRR of %s after a directed EOI", each).isFalse();
      each.release();
    }
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("IOA-EOI-002")
  void aLineThatIsStillActiveInterruptsAgainAtOnce(Machine machine, Cpu cpu) {
    take(cpu);
    pin.ioApic().directedEoi(VECTOR);
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(VECTOR)))
        .as("requested again before the EOI of the local APIC")
        .isTrue();
    assertThat(pin.inFlight()).as("remote IRR").isTrue();
    assertThat(cpu.lapic()).isServicing(VECTOR);
    cpu.finishInterrupt();
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    // the first EOI of the local APIC was a broadcast too
    machine.expectNothing();
    assertThat(pin.inFlight()).as("remote IRR at the end").isFalse();
    assertThat(cpu.lapic()).isIdle();
    pin.release();
  }

  /** Each other vector. */
  @InEachApicMode
  @Sweep
  @Covers("IOA-EOI-003")
  void anotherVectorEndsNothing(Machine machine, Cpu cpu, Cases cases) {
    take(cpu);
    pin.lower();
    cases.range(
        0,
        Vectors.LAST,
        vector -> {
          if (vector != VECTOR) {
            pin.ioApic().directedEoi(vector);
            assertThat(pin.inFlight()).as("remote IRR after another vector's EOI").isTrue();
          }
        });
    cpu.finishInterrupt();
    assertThat(pin.inFlight()).as("remote IRR after EOI").isFalse();
    machine.expectNothing();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-EOI-003")
  void anEdgeHasNothingToEnd(Machine machine, Cpu cpu) {
    pin.routeEdge(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.ioApic().directedEoi(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    assertThat(pin.entry()).as("entry").isEqualTo(RedirectionEntry.fixed(VECTOR, cpu.apicId()));
    pin.lower();
    cpu.finishInterrupt();
    machine.expectNothing();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-EOI-003")
  void aLevelThatIsNotInFlightIsNotSentAgain(Machine machine, Cpu cpu) {
    pin.set(RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true).withMasked(true));
    cpu.sti();
    pin.raise();
    pin.ioApic().directedEoi(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    pin.lower();
    pin.mask(false);
    pin.ioApic().directedEoi(VECTOR);
    machine.expectNothing();
    pin.release();
  }

  @InEachApicMode
  @Requires(Feature.EOI_BROADCAST_SUPPRESSION)
  @Covers("IOA-EOI-004")
  void takesThePlaceOfASuppressedBroadcast(Machine machine, Cpu cpu) {
    SpuriousInterruptVector enabled = SpuriousInterruptVector.RESET.withEnabled(true);
    cpu.lapic().setSvr(enabled.withSuppressEoiBroadcast(true));
    take(cpu);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    assertThat(pin.inFlight()).as("remote IRR after a suppressed EOI").isTrue();
    pin.ioApic().directedEoi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    pin.ioApic().directedEoi(VECTOR);
    assertThat(pin.inFlight()).as("remote IRR after a directed EOI").isFalse();
    machine.expectNothing();
    cpu.lapic().setSvr(enabled);
    pin.release();
  }

  @Test
  @Records
  @Covers("IOA-EOI-005")
  void readingItAndItsUpperBits(Machine machine, Cpu cpu) {
    take(cpu);
    pin.lower();
    machine.observe(
        "the EOI register reads", Hex.dword(cpu.read32(pin.ioApic().address(IoApic.EOIR))));
    pin.ioApic().directedEoi(0xABCD_EF00 | VECTOR);
    machine.observe("remote IRR after garbage in bits 31:8", pin.inFlight());
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(pin.inFlight()).as("remote IRR after EOI").isFalse();
    pin.release();
  }
}
