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

/** One-shot mode (Intel SDM Vol. 3A, "APIC Timer"). */
@Conformance
final class OneShotTests {
  private static final int VECTOR = 0x51;
  private static final int LONGEST = 0xFFFF_FFFF;
  private static final Duration LONG = Duration.ofMillis(10);

  @InEachApicMode
  @Covers("LAPIC-TIM-001")
  void countsDownInterruptsOnceAndStaysAtZero(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    InputClock clock = InputClock.of(cpu);
    int count = clock.count(LONG, TimerDivide.BY_2);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    lapic.startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_2, count);
    long first = lapic.currentCount();
    assertThat(machine.settle(() -> lapic.currentCount() < first)).as("counts down").isTrue();
    assertThat(machine.settle(() -> fired.count() > 0)).as("fires").isTrue();
    assertThat(first).as("first current count").isBetween(1L, Integer.toUnsignedLong(count));
    assertThat(lapic.currentCount()).as("current count after the interrupt").isZero();
    // three times as long as the count, in case that it goes round
    for (int i = 0; i < 6; i++) {
      machine.elapse(LONG.dividedBy(2));
      assertThat(lapic.currentCount()).as("current count later").isZero();
    }
    assertThat(fired).hasCount(1);
    assertThat(lapic.read(LapicRegister.INITIAL_COUNT)).as("initial count").isEqualTo(count);
  }

  @InEachApicMode
  @Sweep
  @Requires(virtualTime = true)
  @Covers({"LAPIC-TIM-001", "LAPIC-TIM-006", "LAPIC-TIM-016"})
  void expiresAtItsTick(Machine machine, Cpu cpu, Cases cases) {
    InputClock clock = InputClock.of(cpu);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR));
    cases.each(
        CountCase.of(1, 2, 3, 4, 5, 7, 16, 99, 100, 127, 128, 255, 256, 257, 1000, 65_535, 65_536),
        one -> {
          fired.clear();
          StartedCount started = clock.start(cpu, one.divide(), one.count());
          started.elapseToJustBefore(1);
          assertThat(fired).hasCount(0);
          started.elapseTo(1);
          assertThat(fired).hasCount(1);
          assertThat(cpu.lapic().currentCount()).as("current count at the expiry").isZero();
          started.elapseTo(3);
          assertThat(fired).hasCount(1);
        });
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Requires(virtualTime = true)
  @Covers({"LAPIC-TIM-001", "LAPIC-TIM-005", "LAPIC-TIM-006"})
  void currentCountTellsWhatIsLeft(Cpu cpu, Cases cases) {
    InputClock clock = InputClock.of(cpu);
    int count = 1000;
    cases.each(
        CountCase.of(count),
        one -> {
          StartedCount started = clock.start(cpu, one.divide(), one.count());
          // in the middle between two counts, where the phase of the clock does not matter
          for (double counts :
              new double[] {
                0, 0.5, 1.5, 2.5, 99.5, 499.5, 500.5, 997.5, 998.5, 999.5, 1000.5, 1001.5, 5000
              }) {
            started.elapseCounts(counts);
            started.verifyCurrentCount();
          }
        });
  }

  @InEachApicMode
  @Sweep
  @Requires(virtualTime = true)
  @Covers({"LAPIC-TIM-006", "LAPIC-TIM-016"})
  void longestCountExpiresAtItsTick(Machine machine, Cpu cpu, Cases cases) {
    InputClock clock = InputClock.of(cpu);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR));
    cases.each(
        CountCase.of(LONGEST, 0x8000_0000, 0x7FFF_FFFF),
        one -> {
          fired.clear();
          StartedCount started = clock.start(cpu, one.divide(), one.count());
          double count = Integer.toUnsignedLong(one.count());
          // where products with 32 bits end, and where signs change
          for (double part : new double[] {1.0 / 0x8000_0000L, 1.0 / 256, 0.25, 0.5, 0.75, 0.999}) {
            started.elapseCounts(Math.floor(count * part) + 0.5);
            assertThat(fired).hasCount(0);
            started.verifyCurrentCount();
          }
          started.elapseToJustBefore(1);
          assertThat(fired).hasCount(0);
          started.elapseTo(1);
          assertThat(fired).hasCount(1);
        });
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-016")
  void longestCountDoesNotExpireEarly(Machine machine, Cpu cpu, Cases cases) {
    cpu.sti();
    cases.each(
        CountCase.of(LONGEST),
        one -> {
          cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, one.divide(), one.count());
          machine.expectNothing();
          long current = cpu.lapic().currentCount();
          assertThat(current)
              .as("current count")
              .isBetween(1L, Integer.toUnsignedLong(LONGEST) - 1);
        });
    cpu.lapic().stopTimer();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-016")
  void shortestCountExpires(Machine machine, Cpu cpu, Cases cases) {
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cases.each(
        CountCase.of(1),
        one -> {
          fired.clear();
          cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, one.divide(), one.count());
          assertThat(machine.settle(() -> fired.count() > 0)).as("fires").isTrue();
          assertThat(cpu.lapic().currentCount()).as("current count").isZero();
        });
    machine.expectNothing();
    assertThat(fired).hasCount(1);
  }
}
