package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** The divide configuration and the input clock (Intel SDM Vol. 3A, "APIC Timer"). */
@Conformance
final class DivideTests {
  private static final int VECTOR = 0x54;
  private static final int LONGEST = 0xFFFF_FFFF;
  private static final Duration MEASURED = Duration.ofMillis(10);
  private static final Percentage CLOSE = Percentage.withPercentage(5);

  /** Counts of a running timer per tick of the time-stamp counter. */
  private static double rate(Machine machine, Cpu cpu) {
    List<Instruction> sample =
        List.of(new Instruction.Rdtsc(), cpu.lapic().reading(LapicRegister.CURRENT_COUNT));
    long[] first = cpu.run(sample);
    machine.elapse(MEASURED);
    long[] last = cpu.run(sample);
    return (double) (first[1] - last[1]) / (last[0] - first[0]);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-006")
  void eachCodeDividesTheClock(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    lapic.write(LapicRegister.INITIAL_COUNT, LONGEST);
    double undivided = rate(machine, cpu);
    assertThat(undivided).as("counts per tick of the time-stamp counter").isPositive();
    cases.each(
        List.of(TimerDivide.values()),
        divide -> {
          lapic.write(LapicRegister.DIVIDE_CONFIGURATION, divide.code());
          assertThat(Hex.dword(lapic.read(LapicRegister.DIVIDE_CONFIGURATION)))
              .as("divide configuration")
              .isEqualTo(Hex.dword(divide.code()));
          lapic.write(LapicRegister.INITIAL_COUNT, LONGEST);
          assertThat(undivided / rate(machine, cpu))
              .as("divisor")
              .isCloseTo(divide.divisor(), CLOSE);
        });
    lapic.stopTimer();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-006")
  void eachCodeDividesThePeriod(Machine machine, Cpu cpu, Cases cases) {
    int periods = 8;
    InputClock clock = InputClock.of(cpu);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cases.each(
        List.of(TimerDivide.values()),
        divide -> {
          fired.clear();
          int count = clock.count(MEASURED, divide);
          cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, divide, count);
          long start = machine.nanos();
          machine.elapse(MEASURED.multipliedBy(periods).plus(MEASURED.dividedBy(2)));
          cpu.lapic().stopTimer();
          double expected = (double) (machine.nanos() - start) / MEASURED.toNanos();
          assertThat((double) fired.count())
              .as("periods")
              .isBetween(Expiries.atLeast(machine, expected) - 1.5, expected + 1.5);
        });
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-TIM-006")
  void recordsTheInputClock(Machine machine, Cpu cpu) {
    InputClock clock = InputClock.of(cpu);
    machine.observe("input clock as measured", hertz(clock.measuredHertz()));
    machine.observe(
        "core crystal clock of CPUID leaf 15H",
        clock.enumeratedHertz() == 0 ? "not enumerated" : hertz(clock.enumeratedHertz()));
  }

  private static String hertz(double hertz) {
    return String.format(Locale.ROOT, "%.0f Hz", hertz);
  }

  @InEachApicMode
  @Records
  @Sweep
  @Covers("LAPIC-TIM-007")
  void recordsWhatANewDividerDoesToARunningCount(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.each(
        List.of(TimerDivide.BY_1, TimerDivide.BY_2, TimerDivide.BY_128),
        divide -> {
          lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_16.code());
          lapic.write(LapicRegister.INITIAL_COUNT, LONGEST);
          double before = rate(machine, cpu);
          long counted = lapic.currentCount();
          lapic.write(LapicRegister.DIVIDE_CONFIGURATION, divide.code());
          long now = lapic.currentCount();
          double after = rate(machine, cpu);
          String change = "divider changed from 16 to " + divide.divisor();
          machine.observe(
              change + ", rate becomes", String.format(Locale.ROOT, "%.2f times", after / before));
          machine.observe(
              change + ", current count goes on", now <= counted && counted - now < counted / 1000);
          // the change must not harm the next count
          lapic.write(LapicRegister.INITIAL_COUNT, LONGEST);
          assertThat(rate(machine, cpu) / before)
              .as("rate of the next count")
              .isCloseTo(16.0 / divide.divisor(), CLOSE);
        });
    lapic.stopTimer();
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-TIM-007")
  void recordsWhatANewDividerDoesToThePeriod(Machine machine, Cpu cpu) {
    int count = InputClock.of(cpu).count(MEASURED, TimerDivide.BY_1);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, count);
    assertThat(machine.settle(() -> fired.count() >= 2)).as("two periods").isTrue();
    cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_4.code());
    fired.clear();
    machine.elapse(MEASURED.multipliedBy(16));
    cpu.lapic().stopTimer();
    machine.observe(
        "interrupts in 16 old periods after the divider was made four times as large",
        fired.count());
  }

  @Test
  @Records
  @Covers("LAPIC-REG-013")
  void recordsReservedBits(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    for (TimerDivide divide : TimerDivide.values()) {
      int written = ~TimerDivide.DEFINED | divide.code();
      lapic.write(LapicRegister.DIVIDE_CONFIGURATION, written);
      int read = lapic.read(LapicRegister.DIVIDE_CONFIGURATION);
      machine.observe("divide configuration written as " + Hex.dword(written), Hex.dword(read));
      assertThat(read & TimerDivide.DEFINED).as("bits 3, 1 and 0").isEqualTo(divide.code());
    }
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, 0);
  }
}
