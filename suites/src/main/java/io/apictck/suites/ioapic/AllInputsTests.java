package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
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
import java.util.List;

/** Every input that can be driven, of all I/O APICs. */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
final class AllInputsTests {
  private static final int FIRST_VECTOR = 0x20;
  private static final int VECTORS = 0xD0;

  /** Real machines have timers on these. */
  private static final List<Integer> TIMER_IRQS = List.of(0, 8);

  private static List<Pin> pins(Machine machine) {
    if (machine.features().has(Feature.PIC)) {
      machine.masterPic().setImr(0xFF);
      machine.slavePic().setImr(0xFF);
    }
    if (machine.description().virtualTime()) {
      return Pin.all(machine);
    }
    List<Integer> timers =
        TIMER_IRQS.stream().map(machine.description().board()::gsiOfIsa).toList();
    return Pin.all(machine).stream()
        .filter(pin -> !timers.contains(pin.gsi()) && pin.gsi() != 0)
        .toList();
  }

  private static int vector(Pin pin) {
    return FIRST_VECTOR + pin.gsi() * 7 % VECTORS;
  }

  @InEachApicMode
  @Sweep
  @Covers({"IOA-EDG-001", "IOA-EDG-002", "IOA-DLV-001", "IOA-REG-005"})
  void deliversEdges(Machine machine, Cases cases) {
    machine.cpus().forEach(Cpu::sti);
    cases.each(
        pins(machine),
        pin -> {
          for (Cpu target : machine.cpus().subList(0, 2)) {
            pin.routeEdge(vector(pin), target);
            for (int i = 0; i < 2; i++) {
              pin.raise();
              target.takeInterrupt(vector(pin));
              pin.lower();
              target.finishInterrupt();
            }
          }
          pin.release();
        });
    machine.expectNothing();
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle().hasNoErrors());
  }

  @InEachApicMode
  @Sweep
  @Covers({"IOA-LVL-001", "IOA-LVL-003", "IOA-LVL-004", "IOA-DLV-001"})
  void deliversLevels(Machine machine, Cases cases) {
    machine.cpus().forEach(Cpu::sti);
    cases.each(
        pins(machine),
        pin -> {
          for (Cpu target : machine.cpus().subList(0, 2)) {
            pin.routeLevel(vector(pin), target);
            pin.raise();
            target.takeInterrupt(vector(pin));
            assertThat(pin.inFlight()).as("remote IRR in the handler").isTrue();
            target.finishInterrupt();
            target.takeInterrupt(vector(pin));
            pin.lower();
            target.finishInterrupt();
            assertThat(pin.inFlight()).as("remote IRR after EOI").isFalse();
          }
          pin.release();
        });
    machine.expectNothing();
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle().hasNoErrors());
  }

  /** All inputs at once, of which one after the other is unmasked. */
  @InEachApicMode
  @Sweep
  @Covers({"IOA-LVL-005", "IOA-REG-005"})
  void unmaskingOneSendsThatOne(Machine machine, Cpu cpu, Cases cases) {
    List<Pin> pins = pins(machine);
    cpu.sti();
    for (Pin pin : pins) {
      pin.set(RedirectionEntry.fixed(vector(pin), cpu.apicId()).withLevel(true).withMasked(true));
      pin.raise();
    }
    machine.expectNothing();
    cases.each(
        pins,
        pin -> {
          pin.mask(false);
          cpu.takeInterrupt(vector(pin));
          pin.lower();
          cpu.finishInterrupt();
          pin.release();
        });
    machine.expectNothing();
    pins.forEach(Pin::release);
    assertThat(cpu.lapic()).isIdle();
  }
}
