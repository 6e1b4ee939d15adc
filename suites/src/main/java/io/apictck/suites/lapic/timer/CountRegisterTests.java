package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * Initial and current count: what writing and reading them does (Intel SDM Vol. 3A, "APIC Timer").
 */
@Conformance
final class CountRegisterTests {
  private static final int VECTOR = 0x53;
  private static final Duration LONG = Duration.ofMillis(60);
  private static final List<TimerMode> COUNT_MODES =
      List.of(TimerMode.ONE_SHOT, TimerMode.PERIODIC);

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-005")
  void initialCountReadsBackAsWritten(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.range(
        0,
        Integer.SIZE,
        bit -> {
          // one bit, all bits below it, and all others
          for (int count : new int[] {1 << bit, (1 << bit) - 1, ~(1 << bit)}) {
            lapic.write(LapicRegister.INITIAL_COUNT, count);
            assertThat(Hex.dword(lapic.read(LapicRegister.INITIAL_COUNT)))
                .as("initial count")
                .isEqualTo(Hex.dword(count));
            assertThat(lapic.currentCount())
                .as("current count of %s", Hex.dword(count))
                .isBetween(0L, Integer.toUnsignedLong(count));
          }
        });
    lapic.stopTimer();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-005")
  void initialCountStaysWhileTheCurrentCountFalls(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    int count = 0x1000_0000;
    int reads = 1_000;
    cases.each(
        List.of(TimerDivide.values()),
        divide -> {
          lapic.write(LapicRegister.DIVIDE_CONFIGURATION, divide.code());
          lapic.write(LapicRegister.INITIAL_COUNT, count);
          machine.elapse(Duration.ofMillis(1));
          long[] values =
              cpu.run(Collections.nCopies(reads, lapic.reading(LapicRegister.CURRENT_COUNT)));
          int stride = values.length / reads;
          long last = count;
          for (int i = 0; i < reads; i++) {
            assertThat(values[i * stride])
                .as("current count, read number %d", i)
                .isBetween(1L, last);
            last = values[i * stride];
          }
          assertThat(last).as("current count at last").isLessThan(count);
          assertThat(lapic.read(LapicRegister.INITIAL_COUNT)).as("initial count").isEqualTo(count);
        });
    lapic.stopTimer();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-003")
  void writingTheInitialCountStartsAgain(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(LONG, TimerDivide.BY_1);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cases.each(
        COUNT_MODES,
        mode -> {
          fired.clear();
          lapic.startTimer(mode, VECTOR, TimerDivide.BY_1, count);
          // the same value again and again, each time when half of it is over
          for (int i = 0; i < 4; i++) {
            machine.elapse(LONG.dividedBy(2));
            // in one block: no time for the processor to do something else
            long[] values =
                cpu.run(
                    List.of(
                        lapic.reading(LapicRegister.CURRENT_COUNT),
                        lapic.writing(LapicRegister.INITIAL_COUNT, count),
                        lapic.reading(LapicRegister.CURRENT_COUNT)));
            assertThat(values[values.length / 2])
                .as("current count after the write")
                .isGreaterThan(values[0]);
          }
          assertThat(fired).hasCount(0);
          assertThat(machine.settle(() -> fired.count() > 0)).as("fires in the end").isTrue();
          lapic.stopTimer();
        });
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Requires(virtualTime = true)
  @Covers("LAPIC-TIM-003")
  void onlyTheLastStartCounts(Machine machine, Cpu cpu, Cases cases) {
    InputClock clock = InputClock.of(cpu);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cases.each(
        COUNT_MODES,
        mode -> {
          cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(mode));
          for (int second : new int[] {100, 900, 1_000, 1_001, 3_000}) {
            fired.clear();
            clock.start(cpu, TimerDivide.BY_2, 1_000).elapseCounts(500.5);
            StartedCount restarted = clock.start(cpu, TimerDivide.BY_2, second);
            restarted.elapseToJustBefore(1);
            assertThat(fired).hasCount(0);
            restarted.elapseTo(1);
            assertThat(fired).hasCount(1);
            restarted.elapseToJustBefore(2);
            assertThat(fired).hasCount(1);
            restarted.elapseToWithReloads(2);
            assertThat(fired).hasCount(mode == TimerMode.PERIODIC ? 2 : 1);
          }
          cpu.lapic().stopTimer();
        });
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-004")
  void zeroStops(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(LONG, TimerDivide.BY_1);
    cpu.sti();
    cases.each(
        COUNT_MODES,
        mode -> {
          lapic.startTimer(mode, VECTOR, TimerDivide.BY_1, count);
          assertThat(lapic.currentCount()).as("current count while it runs").isNotZero();
          lapic.write(LapicRegister.INITIAL_COUNT, 0);
          assertThat(lapic.currentCount()).as("current count").isZero();
          assertThat(lapic.read(LapicRegister.INITIAL_COUNT)).as("initial count").isZero();
          machine.elapse(LONG.multipliedBy(3));
          machine.expectNothing();
          assertThat(lapic.currentCount()).as("current count later").isZero();
          assertThat(lapic.lvt(LapicRegister.LVT_TIMER))
              .as("LVT timer entry")
              .isEqualTo(LvtEntry.fixed(VECTOR).withTimerMode(mode));
          assertThat(lapic).isIdle();
        });
    lapic.stopTimer();
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-004")
  void zeroStopsAPeriodicTimerAfterManyPeriods(Machine machine, Cpu cpu) {
    int count = InputClock.of(cpu).count(LONG, TimerDivide.BY_1);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, count);
    assertThat(machine.settle(() -> fired.count() >= 3)).as("three periods").isTrue();
    cpu.lapic().write(LapicRegister.INITIAL_COUNT, 0);
    int stopped = fired.count();
    machine.elapse(LONG.multipliedBy(3));
    assertThat(fired).hasCount(stopped);
    assertThat(cpu.lapic().currentCount()).as("current count").isZero();
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-004")
  void zeroWhileStoppedDoesNothing(Machine machine, Cpu cpu) {
    cpu.sti();
    for (TimerMode mode : COUNT_MODES) {
      cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(mode));
      cpu.lapic().write(LapicRegister.INITIAL_COUNT, 0);
      machine.expectNothing();
    }
    // what waits already is not taken back by stopping
    cpu.cli();
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1);
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(VECTOR))).as("requested").isTrue();
    cpu.run(cpu.lapic().writing(LapicRegister.INITIAL_COUNT, 0), new Instruction.Sti());
    cpu.serve(VECTOR);
  }
}
