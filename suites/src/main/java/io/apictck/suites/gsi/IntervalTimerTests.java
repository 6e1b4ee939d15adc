package io.apictck.suites.gsi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
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

/** The 8254 timer as interrupt source (Intel 8254 data sheet, "Mode Definitions"). */
@Conformance
@Requires(Feature.PIT)
final class IntervalTimerTests {
  private static final int IRQ = 0;
  private static final int VECTOR = 0x31;
  private static final int OTHER_VECTOR = 0x32;

  /** 55 ms: slow enough for a machine whose handlers are led over a serial line. */
  private static final int COUNT = 0xFFFF;

  private static final int TICKS = 4;

  @InEachApicMode
  @Requires({Feature.PIC, Feature.IO_APIC})
  @Covers("GSI-MAP-004")
  void ticksAtInput2AndNotAtInput0(Machine machine, Cpu cpu) {
    VirtualWire.disconnected(machine);
    Counter ticks = cpu.countInterrupts(VECTOR);
    Counter others = cpu.countInterrupts(OTHER_VECTOR);
    Input.of(machine, IsaMap.of(machine).gsi(IRQ)).routeEdge(VECTOR, cpu);
    Input.of(machine, 0).routeEdge(OTHER_VECTOR, cpu);
    cpu.sti();
    IntervalTimer.start(cpu, 2, COUNT);
    machine.settle(() -> ticks.count() >= TICKS);
    IntervalTimer.stop(cpu);
    cpu.cli();
    assertThat(ticks.count()).as("ticks").isGreaterThanOrEqualTo(TICKS);
    assertThat(others).as("ticks at input 0").hasCount(0);
    assertThat(IsaMap.of(machine).gsi(IRQ)).as("global system interrupt of the timer").isEqualTo(2);
  }

  @InEachApicMode
  @Requires(Feature.PIC)
  @Covers("GSI-MAP-004")
  void ticksAtThe8259(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    Counter ticks = cpu.onInterrupt(VirtualWire.vector(IRQ), wire.ending(IRQ));
    cpu.sti();
    machine.expectNothing();
    assertThat(ticks).as("ticks while it is masked").hasCount(0);
    wire.unmask(IRQ);
    IntervalTimer.start(cpu, 2, COUNT);
    machine.settle(() -> ticks.count() >= TICKS);
    wire.maskAll();
    IntervalTimer.stop(cpu);
    assertThat(ticks.count()).as("ticks").isGreaterThanOrEqualTo(TICKS);
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Requires(value = Feature.IO_APIC, virtualTime = true)
  @Covers("GSI-MAP-004")
  void periodsAreExactAndDoNotDrift(Machine machine, Cpu cpu) {
    VirtualWire.quietTimer(machine);
    Input.of(machine, IsaMap.of(machine).gsi(IRQ)).routeEdge(VECTOR, cpu);
    List<Long> times = new ArrayList<>();
    cpu.onInterrupt(
        VECTOR,
        (self, frame) -> {
          times.add(machine.nanos());
          self.finishInterrupt();
        });
    cpu.sti();
    for (int mode : new int[] {2, 3}) {
      for (int count : new int[] {100, 101, COUNT, 0x1_0000}) {
        IntervalTimer.start(cpu, mode, count);
        machine.elapseNanos(Math.round(2 * count * 1e9 / IntervalTimer.HERTZ));
        times.clear();
        int periods = count > 0x8000 ? 20 : 1000;
        double period = count * 1e9 / IntervalTimer.HERTZ;
        machine.elapseNanos(Math.round((periods + 1.5) * period));
        assertThat(times)
            .as("ticks in mode %d, count %d", mode, count)
            .hasSizeBetween(periods + 1, periods + 2);
        assertThat((double) (times.get(periods) - times.getFirst()))
            .as("nanoseconds of %d periods in mode %d, count %d", periods, mode, count)
            .isCloseTo(periods * period, Offset.offset(50.0));
        IntervalTimer.stop(cpu);
      }
    }
    machine.expectNothing();
  }

  @Test
  @Requires(value = Feature.IO_APIC, virtualTime = true)
  @Covers("GSI-MAP-004")
  void modes0And4TickOnce(Machine machine, Cpu cpu) {
    VirtualWire.quietTimer(machine);
    Input.of(machine, IsaMap.of(machine).gsi(IRQ)).routeEdge(VECTOR, cpu);
    for (int mode : new int[] {0, 4}) {
      // the control word brings the output high in mode 4, which is an edge too
      cpu.cli();
      IntervalTimer.start(cpu, mode, 50_000);
      cpu.sti();
      if (mode == 4) {
        cpu.serve(VECTOR);
      }
      long began = machine.nanos();
      machine.elapse(Duration.ofMillis(40));
      machine.verifyNothingUnexpected();
      cpu.takeInterrupt(VECTOR);
      assertThat((double) (machine.nanos() - began))
          .as("nanoseconds in mode %d", mode)
          .isCloseTo(50_001 * 1e9 / IntervalTimer.HERTZ, Offset.offset(2000.0));
      cpu.finishInterrupt();
      machine.elapse(Duration.ofMillis(200));
      machine.verifyNothingUnexpected();
      cpu.cli();
      IntervalTimer.stop(cpu);
    }
    cpu.sti();
    machine.expectNothing();
  }

  @Test
  @Covers("GSI-MAP-004")
  void theLatchedCountRunsDown(Machine machine, Cpu cpu) {
    VirtualWire.quietTimer(machine);
    IntervalTimer.start(cpu, 2, 0x1_0000);
    machine.elapse(Duration.ofMillis(5));
    int first = IntervalTimer.count(cpu);
    machine.elapse(Duration.ofMillis(5));
    int second = IntervalTimer.count(cpu);
    IntervalTimer.stop(cpu);
    int elapsed = first - second & 0xFFFF;
    if (machine.description().virtualTime()) {
      assertThat(elapsed).as("ticks of 5 ms").isBetween(5900, 6000);
    } else {
      // it may have begun again meanwhile
      assertThat(elapsed).as("ticks between two looks").isNotZero();
    }
  }
}
