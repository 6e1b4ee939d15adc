package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

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

/** Version 11h: there is no EOI register (82093AA data sheet, "Register Description"). */
@Conformance
@OnMachine(without = Feature.IO_APIC_EOI_REGISTER)
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
final class WithoutEoiRegisterTests {
  private static final int VECTOR = 0x51;

  @InEachApicMode
  @Covers({"IOA-REG-012", "IOA-LVL-003"})
  void aWriteWhereItWouldBeEndsNothing(Machine machine, Cpu cpu) {
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.ioApic().directedEoi(VECTOR);
    machine.expectNothing();
    assertThat(pin.inFlight()).as("remote IRR after a write at offset 40h").isTrue();
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    cpu.finishInterrupt();
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    pin.ioApic().directedEoi(VECTOR);
    assertThat(pin.inFlight()).as("remote IRR, line low").isTrue();
    cpu.finishInterrupt();
    assertThat(pin.inFlight()).as("remote IRR after EOI").isFalse();
    machine.expectNothing();
    pin.release();
  }
}
