package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;

/** What the data sheet leaves open about level-triggered inputs. */
@Conformance
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
final class LevelOpenPointTests {
  private static final int VECTOR = 0x51;
  private static final int OTHER_VECTOR = 0x61;
  private static final int UNUSED_ID = 0xE7;

  /** Emulators slow down after ten thousand. */
  private static final int ROUNDS = 1000;

  private static Pin inHandler(Machine machine, Cpu cpu) {
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    return pin;
  }

  @InEachApicMode
  @Records
  @Covers("IOA-LVL-011")
  void theVectorChangesInFlight(Machine machine, Cpu cpu) {
    Pin pin = inHandler(machine, cpu);
    pin.lower();
    pin.setLow(pin.entry().withVector(OTHER_VECTOR));
    machine.observe("remote IRR after the vector changed", pin.inFlight());
    cpu.finishInterrupt();
    machine.observe("remote IRR after the EOI of the old vector", pin.inFlight());
    Counter taken = cpu.countInterrupts(VECTOR);
    Counter others = cpu.countInterrupts(OTHER_VECTOR);
    machine.expectNothing();
    machine.observe("more interrupts", taken.count() + others.count());
    pin.release();
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Records
  @Covers("IOA-LVL-012")
  void theTriggerModeGoesToEdgeAndBackInFlight(Machine machine, Cpu cpu) {
    Pin pin = inHandler(machine, cpu);
    pin.lower();
    pin.setLow(pin.entry().withLevel(false).withMasked(true));
    machine.observe("remote IRR of the masked edge", pin.inFlight());
    pin.setLow(pin.entry().withLevel(true).withMasked(true));
    machine.observe("remote IRR of the masked level", pin.inFlight());
    cpu.finishInterrupt();
    machine.expectNothing();
    machine.observe("remote IRR after EOI", pin.inFlight());
    pin.release();
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Records
  @Covers("IOA-LVL-013")
  void aLevelThatNobodyAccepts(Machine machine, Cpu cpu) {
    Pin pin = Pin.fromLast(machine, 0);
    RedirectionEntry entry = RedirectionEntry.fixed(VECTOR, UNUSED_ID).withLevel(true);
    pin.set(entry);
    cpu.sti();
    pin.raise();
    machine.expectNothing();
    boolean inFlight = pin.inFlight();
    machine.observe("remote IRR of a level to nobody", inFlight);
    Counter taken =
        cpu.onInterrupt(
            VECTOR,
            (each, frame) -> {
              pin.lower();
              InterruptHandler.END_OF_INTERRUPT.handle(each, frame);
            });
    pin.setHigh(entry.withDestination(cpu.apicId()));
    pin.mask(true);
    pin.mask(false);
    machine.expectNothing();
    machine.observe("interrupts once there is a destination", taken.count());
    pin.release();
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Records
  @Covers("IOA-LVL-017")
  void oneWriteFromMaskedLevelToUnmaskedEdge(Machine machine, Cpu cpu) {
    Pin pin = Pin.fromLast(machine, 0);
    RedirectionEntry entry = RedirectionEntry.fixed(VECTOR, cpu.apicId());
    pin.set(entry.withLevel(true).withMasked(true));
    Counter taken = cpu.countInterrupts(VECTOR);
    cpu.sti();
    pin.raise();
    pin.setLow(entry);
    machine.expectNothing();
    machine.observe("interrupts of a line that was active before", taken.count());
    pin.release();
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Records
  @Covers("IOA-LVL-018")
  void aLineThatNeverFalls(Machine machine, Cpu cpu) {
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    long begin = machine.nanos();
    for (int i = 0; i < ROUNDS; i++) {
      cpu.serve(VECTOR);
    }
    machine.observe("nanoseconds a round", (machine.nanos() - begin) / ROUNDS);
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(pin.inFlight()).as("remote IRR").isFalse();
    assertThat(cpu.lapic()).isIdle();
    pin.release();
  }
}
