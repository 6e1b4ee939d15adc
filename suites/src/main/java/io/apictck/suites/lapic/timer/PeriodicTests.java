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
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import java.time.Duration;

/** Periodic mode (Intel SDM Vol. 3A, "APIC Timer"). */
@Conformance
final class PeriodicTests {
  private static final int VECTOR = 0x52;
  private static final LvtEntry PERIODIC = LvtEntry.fixed(VECTOR).withTimerMode(TimerMode.PERIODIC);

  /** Long enough for machines whose every action costs real time. */
  private static final Duration PERIOD = Duration.ofMillis(10);

  private static final int PERIODS = 20;

  @InEachApicMode
  @Covers("LAPIC-TIM-002")
  void interruptsOncePerPeriod(Machine machine, Cpu cpu) {
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_4);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_4, count);
    long start = machine.nanos();
    machine.elapse(PERIOD.multipliedBy(PERIODS).plus(PERIOD.dividedBy(2)));
    cpu.lapic().stopTimer();
    double periods = (double) (machine.nanos() - start) / PERIOD.toNanos();
    assertThat((double) fired.count())
        .as("interrupts in %.1f periods", periods)
        .isBetween(Expiries.atLeast(machine, periods) * 0.95 - 1, periods * 1.05 + 1);
    int stopped = fired.count();
    machine.elapse(PERIOD.multipliedBy(2));
    assertThat(fired).hasCount(stopped);
  }

  @InEachApicMode
  @Sweep
  @Requires(virtualTime = true)
  @Covers({"LAPIC-TIM-002", "LAPIC-TIM-006"})
  void everyPeriodEndsAtItsTick(Machine machine, Cpu cpu, Cases cases) {
    InputClock clock = InputClock.of(cpu);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, PERIODIC);
    cases.each(
        CountCase.of(250, 333, 10_000, 65_536),
        one -> {
          fired.clear();
          StartedCount started = clock.start(cpu, one.divide(), one.count());
          for (int period = 1; period <= PERIODS; period++) {
            started.elapseToJustBefore(period);
            assertThat(fired.count())
                .as("interrupts before period %d is over", period)
                .isLessThan(period);
            started.elapseTo(period);
            assertThat(fired.count())
                .as("interrupts when period %d is over", period)
                .isBetween(period - 1, period);
          }
          started.elapseToWithReloads(PERIODS);
          assertThat(fired.count()).as("interrupts in all").isBetween(PERIODS, PERIODS + 1);
          cpu.lapic().write(LapicRegister.INITIAL_COUNT, 0);
        });
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(virtualTime = true)
  @Covers("LAPIC-TIM-002")
  void doesNotDriftOverManyPeriods(Machine machine, Cpu cpu) {
    int many = 2_000;
    InputClock clock = InputClock.of(cpu);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, PERIODIC);
    StartedCount started = clock.start(cpu, TimerDivide.BY_2, 1_000);
    started.elapseToJustBefore(many);
    assertThat(fired.count())
        .as("interrupts just before %d periods are over", many)
        .isLessThan(many);
    boolean reloadsAtOnce = fired.count() == many - 1;
    machine.observe(
        "a period of 1000 lasts", reloadsAtOnce ? "1000 counts" : "more than 1000 counts");
    if (reloadsAtOnce) {
      started.elapseTo(many);
    } else {
      started.elapseToWithReloads(many);
    }
    int now = fired.count();
    cpu.lapic().stopTimer();
    assertThat(now).as("interrupts in %d periods", many).isEqualTo(many);
  }

  @InEachApicMode
  @Sweep
  @Requires(virtualTime = true)
  @Covers({"LAPIC-TIM-002", "LAPIC-TIM-005"})
  void currentCountStartsAgainInEveryPeriod(Cpu cpu, Cases cases) {
    InputClock clock = InputClock.of(cpu);
    int count = 1_000;
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, PERIODIC.withMasked(true));
    cases.each(
        CountCase.of(count),
        one -> {
          StartedCount started = clock.start(cpu, one.divide(), count);
          for (int period = 0; period < PERIODS; period++) {
            for (double part : new double[] {0.1, 0.5, 0.9}) {
              started.elapseCounts((period + part) * count);
              // a period may be one count longer, and the phase of the clock is open
              long expected = Math.round((1 - part) * count);
              assertThat(cpu.lapic().currentCount())
                  .as("current count after %.1f periods", period + part)
                  .isBetween(expected - 2, expected + period + 2);
            }
          }
        });
    cpu.lapic().stopTimer();
  }

  @InEachApicMode
  @Covers({"LAPIC-TIM-002", "LAPIC-TIM-005"})
  void currentCountRisesAtExpiryOnly(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_1);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    lapic.startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, count);
    int looks = 0;
    int reloads = 0;
    long last = Integer.toUnsignedLong(count);
    long end = machine.nanos() + PERIOD.multipliedBy(5).toNanos();
    while (machine.nanos() < end) {
      machine.elapse(PERIOD.dividedBy(7));
      looks++;
      int before = fired.count();
      long current = lapic.currentCount();
      assertThat(current).as("current count").isBetween(0L, Integer.toUnsignedLong(count));
      if (current > last) {
        reloads++;
        assertThat(before)
            .as("interrupts when the count is reloaded")
            .isGreaterThanOrEqualTo(reloads - 1);
      }
      last = current;
    }
    // a look that comes late in real time misses what was before
    assertThat(reloads)
        .as("reloads seen by %d looks in five periods", looks)
        .isBetween((int) Expiries.atLeast(machine, 3), 6);
    lapic.stopTimer();
  }

  @InEachApicMode
  @Covers({"LAPIC-TIM-002", "LAPIC-TIM-010"})
  void countsOnWhileItsInterruptIsServiced(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_1);
    cpu.sti();
    lapic.startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, count);
    cpu.takeInterrupt(VECTOR);
    assertThat(lapic).isServicing(VECTOR);
    assertThat(lapic.currentCount()).as("current count in the handler").isNotZero();
    assertThat(machine.settle(() -> lapic.irr().contains(VECTOR)))
        .as("the next expiry is requested without an EOI")
        .isTrue();
    // ten more collapse into the one that waits
    machine.elapse(PERIOD.multipliedBy(10));
    assertThat(lapic).requests(VECTOR).isServicing(VECTOR);
    assertThat(lapic.tmr().isEmpty()).as("TMR is empty").isTrue();
    lapic.write(LapicRegister.INITIAL_COUNT, 0);
    cpu.finishInterrupt();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-010")
  void isNormalAgainAfterLongService(Machine machine, Cpu cpu) {
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_1);
    cpu.sti();
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, count);
    cpu.takeInterrupt(VECTOR);
    machine.elapse(PERIOD.multipliedBy(15));
    Counter fired = cpu.countInterrupts(VECTOR);
    long start = machine.nanos();
    cpu.finishInterrupt();
    machine.elapse(PERIOD.multipliedBy(3));
    cpu.lapic().stopTimer();
    double periods = (double) (machine.nanos() - start) / PERIOD.toNanos();
    assertThat((double) fired.count())
        .as("interrupts in %.1f periods after 15 periods of service", periods)
        .isBetween(Expiries.atLeast(machine, periods) - 1, periods + 2.5);
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-010")
  void expiriesBeforeTheFirstIsTakenCollapse(Machine machine, Cpu cpu) {
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_1);
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, count);
    machine.elapse(PERIOD.multipliedBy(10));
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    cpu.lapic().write(LapicRegister.INITIAL_COUNT, 0);
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Requires(virtualTime = true)
  @Covers("LAPIC-TIM-010")
  void endOfInterruptDoesNotShiftThePeriod(Machine machine, Cpu cpu) {
    InputClock clock = InputClock.of(cpu);
    int count = 10_000;
    cpu.sti();
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, PERIODIC);
    StartedCount started = clock.start(cpu, TimerDivide.BY_1, count);
    cpu.takeInterrupt(VECTOR);
    started.elapseCounts(2.5 * count);
    assertThat(cpu.lapic().currentCount())
        .as("current count in the middle of the third period")
        .isBetween(count / 2 - 2L, count / 2 + 5L);
    cpu.finishInterrupt();
    cpu.serve(VECTOR);
    // the one that waited came at once; the third comes with the end of the third period
    started.elapseToJustBefore(3);
    assertThat(cpu.hasUntakenInterrupt())
        .as("an interrupt before the third period is over")
        .isFalse();
    started.elapseToWithReloads(3);
    assertThat(cpu.hasUntakenInterrupt()).as("the interrupt of the third period").isTrue();
    cpu.takeInterrupt(VECTOR);
    cpu.lapic().stopTimer();
    cpu.finishInterrupt();
    machine.expectNothing();
  }
}
