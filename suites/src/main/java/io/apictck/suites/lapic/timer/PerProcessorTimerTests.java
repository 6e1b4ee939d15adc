package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.RegisterDump;
import java.time.Duration;
import org.assertj.core.data.Percentage;

/** Each processor has a timer of its own (Intel SDM Vol. 3A, "APIC Timer"). */
@Conformance
@OnMachine(processors = 2)
final class PerProcessorTimerTests {
  private static final int VECTOR = 0x59;
  private static final int OTHER_VECTOR = 0x69;
  private static final int LONGEST = 0xFFFF_FFFF;
  private static final Duration PERIOD = Duration.ofMillis(10);

  @InEachApicMode
  @Covers("LAPIC-TIM-015")
  void eachInterruptsItsOwnProcessor(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_1);
    Counter fired = cpu.countInterrupts(VECTOR);
    Counter otherFired = other.countInterrupts(OTHER_VECTOR);
    cpu.sti();
    other.sti();
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, count);
    other.lapic().startTimer(TimerMode.PERIODIC, OTHER_VECTOR, TimerDivide.BY_1, 3 * count);
    machine.elapse(PERIOD.multipliedBy(30).plus(PERIOD.dividedBy(2)));
    int both = fired.count();
    int otherBoth = otherFired.count();
    assertThat((double) both / otherBoth).as("ratio of periods").isBetween(2.5, 3.6);

    // one stops, the other goes on; the vectors have no handler on the wrong processor
    cpu.lapic().write(LapicRegister.INITIAL_COUNT, 0);
    int stopped = fired.count();
    machine.elapse(PERIOD.multipliedBy(12));
    assertThat(fired).hasCount(stopped);
    assertThat(otherFired.count() - otherBoth)
        .as("interrupts of the other meanwhile")
        .isBetween(2, 6);
    other.lapic().stopTimer();
    int otherStopped = otherFired.count();
    cpu.lapic().write(LapicRegister.INITIAL_COUNT, count);
    assertThat(machine.settle(() -> fired.count() > stopped + 3)).as("the first again").isTrue();
    cpu.lapic().stopTimer();
    assertThat(otherFired).hasCount(otherStopped);
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-015")
  void programmingOneLeavesTheOtherAlone(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    var before = RegisterDump.of(other.lapic());
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_16, 100_000);
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(VECTOR))).as("it ran").isTrue();
    assertThat(RegisterDump.of(other.lapic()))
        .as("registers of the other processor")
        .isEqualTo(before);
    cpu.lapic().stopTimer();
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @Covers({"LAPIC-TIM-015", "LAPIC-TIM-006"})
  void allHaveTheSameClock(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    for (TimerDivide divide :
        new TimerDivide[] {TimerDivide.BY_1, TimerDivide.BY_2, TimerDivide.BY_128}) {
      cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
      other.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, divide.code());
      cpu.lapic().write(LapicRegister.INITIAL_COUNT, LONGEST);
      other.lapic().write(LapicRegister.INITIAL_COUNT, LONGEST);
      long first = cpu.lapic().currentCount();
      long otherFirst = other.lapic().currentCount();
      machine.elapse(PERIOD.multipliedBy(4));
      double counts = first - cpu.lapic().currentCount();
      double otherCounts = otherFirst - other.lapic().currentCount();
      assertThat(counts / otherCounts)
          .as("counts of CPU 0 by 1 for each of CPU 1 by %d", divide.divisor())
          .isCloseTo(divide.divisor(), Percentage.withPercentage(5));
    }
    cpu.lapic().stopTimer();
    other.lapic().stopTimer();
  }

  @InEachApicMode
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LAPIC-TIM-015")
  void oneMayCountWhileTheOtherHasADeadline(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_1);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    other.sti();
    TscDeadline.select(other, OTHER_VECTOR);
    long deadline = TscDeadline.in(other, PERIOD.multipliedBy(6));
    TscDeadline.arm(other, deadline);
    assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE)).as("IA32_TSC_DEADLINE of the first").isZero();
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, count);
    other.takeInterrupt(OTHER_VECTOR);
    cpu.lapic().stopTimer();
    assertThat(fired.count())
        .as("periods of the first until the deadline of the other")
        .isPositive();
    assertThat(other.rdtsc()).as("time-stamp counter").isGreaterThanOrEqualTo(deadline);
    other.finishInterrupt();
    machine.expectNothing();
  }
}
