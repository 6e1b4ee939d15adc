package io.apictck.suites.gsi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.virtualwire.VirtualWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The periodic interrupt of the MC146818 clock (Motorola MC146818 data sheet, "Interrupts"). */
@Conformance
@Requires(Feature.RTC)
final class RealTimeClockTests {
  private static final int IRQ = 8;
  private static final int VECTOR = 0x31;

  /** 16 a second: slow enough for a machine whose handlers are led over a serial line. */
  private static final int RATE = 12;

  private static final int TICKS = 10;
  private static final int PERIODIC = 0xC0;

  @InEachApicMode
  @Requires(Feature.IO_APIC)
  @Covers("GSI-MAP-002")
  void ticksAtItsInput(Machine machine, Cpu cpu) {
    VirtualWire.quietTimer(machine);
    Counter ticks =
        cpu.onInterrupt(
            VECTOR,
            (self, frame) -> {
              RealTimeClock.flags(self);
              self.finishInterrupt();
            });
    Input.of(machine, IsaMap.of(machine).gsi(IRQ)).routeEdge(VECTOR, cpu);
    cpu.sti();
    RealTimeClock.start(cpu, RATE);
    machine.settle(() -> ticks.count() >= TICKS);
    RealTimeClock.stop(cpu);
    cpu.cli();
    assertThat(ticks.count()).as("ticks").isGreaterThanOrEqualTo(TICKS);
  }

  @InEachApicMode
  @Requires(Feature.PIC)
  @Covers("GSI-MAP-002")
  void ticksAtThe8259(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    RealTimeClock.stop(cpu);
    Counter ticks =
        cpu.onInterrupt(
            VirtualWire.vector(IRQ),
            (self, frame) -> {
              RealTimeClock.flags(self);
              wire.eoi(IRQ);
              self.iret();
            });
    cpu.sti();
    wire.unmask(IRQ);
    machine.expectNothing();
    ticks.clear();
    RealTimeClock.start(cpu, RATE);
    machine.settle(() -> ticks.count() >= TICKS);
    wire.maskAll();
    RealTimeClock.stop(cpu);
    assertThat(ticks.count()).as("ticks").isGreaterThanOrEqualTo(TICKS);
  }

  @InEachApicMode
  @Requires(Feature.IO_APIC)
  @Covers("GSI-MAP-002")
  void interruptsAgainOnlyWhenItsFlagsWereRead(Machine machine, Cpu cpu) {
    VirtualWire.quietTimer(machine);
    Input.of(machine, IsaMap.of(machine).gsi(IRQ)).routeEdge(VECTOR, cpu);
    cpu.sti();
    RealTimeClock.start(cpu, RATE);
    for (int i = 0; i < 3; i++) {
      cpu.serve(VECTOR);
      machine.expectNothing();
      assertThat(RealTimeClock.flags(cpu) & PERIODIC)
          .as("IRQF and PF of register C")
          .isEqualTo(PERIODIC);
    }
    cpu.serve(VECTOR);
    RealTimeClock.stop(cpu);
    machine.expectNothing();
  }

  @Test
  @Sweep
  @Requires(value = Feature.IO_APIC, virtualTime = true)
  @Covers("GSI-MAP-002")
  void ratesAreExact(Machine machine, Cpu cpu, Cases cases) {
    VirtualWire.quietTimer(machine);
    Input.of(machine, IsaMap.of(machine).gsi(IRQ)).routeEdge(VECTOR, cpu);
    List<Long> times = new ArrayList<>();
    cpu.onInterrupt(
        VECTOR,
        (self, frame) -> {
          times.add(machine.nanos());
          RealTimeClock.flags(self);
          self.finishInterrupt();
        });
    cpu.sti();
    cases.range(
        1,
        RealTimeClock.SLOWEST,
        rate -> {
          double period = 1e9 / RealTimeClock.hertz(rate);
          int periods = rate > 10 ? 10 : 100;
          RealTimeClock.start(cpu, rate);
          machine.elapseNanos(Math.round(2 * period));
          times.clear();
          machine.elapseNanos(Math.round((periods + 1.5) * period));
          assertThat(times).as("ticks").hasSizeBetween(periods + 1, periods + 2);
          assertThat((double) (times.get(periods) - times.getFirst()))
              .as("nanoseconds of %d periods", periods)
              .isCloseTo(periods * period, Offset.offset(50.0));
          RealTimeClock.stop(cpu);
        });
    machine.expectNothing();
  }

  @Test
  @Requires(value = Feature.IO_APIC, virtualTime = true)
  @Covers("GSI-MAP-002")
  void rateZeroIsNone(Machine machine, Cpu cpu) {
    Input.of(machine, IsaMap.of(machine).gsi(IRQ)).routeEdge(VECTOR, cpu);
    cpu.sti();
    RealTimeClock.start(cpu, 0);
    machine.elapse(Duration.ofSeconds(2));
    machine.verifyNothingUnexpected();
    assertThat(RealTimeClock.flags(cpu) & PERIODIC).as("IRQF and PF of register C").isZero();
  }
}
