package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import java.time.Duration;

/**
 * A masked timer counts without interrupts (Intel SDM Vol. 3A, "Local Vector Table" and "APIC
 * Timer").
 */
@Conformance
final class MaskedTimerTests {
  private static final int VECTOR = 0x55;
  private static final LvtEntry ONE_SHOT = LvtEntry.fixed(VECTOR);
  private static final LvtEntry PERIODIC = ONE_SHOT.withTimerMode(TimerMode.PERIODIC);
  private static final Duration PERIOD = Duration.ofMillis(20);

  private static int startMasked(Cpu cpu, LvtEntry entry) {
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_1);
    cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, entry.withMasked(true));
    cpu.lapic().write(LapicRegister.INITIAL_COUNT, count);
    return count;
  }

  private static void unmask(Cpu cpu, LvtEntry entry) {
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, entry);
  }

  @InEachApicMode
  @Covers({"LAPIC-TIM-008", "LAPIC-LVT-005"})
  void oneShotThatExpiredMaskedIsForgotten(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    // some implementations forget it only if they happened to look before it is unmasked
    for (int i = 0; i < 4; i++) {
      startMasked(cpu, ONE_SHOT);
      long first = lapic.currentCount();
      assertThat(first).as("current count of a masked timer").isNotZero();
      assertThat(machine.settle(() -> lapic.currentCount() < first)).as("counts down").isTrue();
      assertThat(machine.settle(() -> lapic.currentCount() == 0)).as("reaches 0").isTrue();
      assertThat(lapic).isIdle();
      unmask(cpu, ONE_SHOT);
      machine.elapse(PERIOD.multipliedBy(2));
      machine.expectNothing();
      assertThat(lapic).isIdle();
      assertThat(lapic.currentCount()).as("current count").isZero();
    }
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-008")
  void oneShotUnmaskedInTimeFires(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    int count = startMasked(cpu, ONE_SHOT);
    machine.elapse(PERIOD.dividedBy(4));
    long before = lapic.currentCount();
    unmask(cpu, ONE_SHOT);
    assertThat(lapic.currentCount()).as("current count after unmasking").isBetween(1L, before);
    cpu.serve(VECTOR);
    machine.elapse(PERIOD);
    machine.expectNothing();
    assertThat(lapic.read(LapicRegister.INITIAL_COUNT)).as("initial count").isEqualTo(count);
  }

  @InEachApicMode
  @Covers({"LAPIC-TIM-008", "LAPIC-LVT-005"})
  void periodicHasNoBacklog(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    startMasked(cpu, PERIODIC);
    machine.elapse(PERIOD.multipliedBy(10).plus(PERIOD.dividedBy(2)));
    assertThat(fired).hasCount(0);
    assertThat(lapic).isIdle();
    long current = lapic.currentCount();
    assertThat(current).as("current count after ten periods").isNotZero();
    unmask(cpu, PERIODIC);
    assertThat(machine.settle(() -> fired.count() > 0)).as("the next expiry interrupts").isTrue();
    long start = machine.nanos();
    machine.elapse(PERIOD.multipliedBy(4));
    lapic.stopTimer();
    double periods = (double) (machine.nanos() - start) / PERIOD.toNanos();
    assertThat((double) fired.count())
        .as("interrupts in %.1f periods, the first before them", periods)
        .isBetween(Expiries.atLeast(machine, periods) - 1.5, periods + 1.5);
  }

  @InEachApicMode
  @Requires(virtualTime = true)
  @Covers("LAPIC-TIM-008")
  void firstInterruptAfterUnmaskingComesAtTheNextExpiry(Machine machine, Cpu cpu) {
    InputClock clock = InputClock.of(cpu);
    int count = 10_000;
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    unmask(cpu, PERIODIC.withMasked(true));
    StartedCount started = clock.start(cpu, TimerDivide.BY_4, count);
    started.elapseCounts(5.5 * count);
    unmask(cpu, PERIODIC);
    started.elapseToJustBefore(6);
    assertThat(fired).hasCount(0);
    started.elapseToWithReloads(6);
    assertThat(fired).hasCount(1);
    started.elapseCounts(7.5 * count);
    assertThat(fired).hasCount(2);
    unmask(cpu, PERIODIC.withMasked(true));
    started.elapseCounts(9.5 * count);
    assertThat(fired).hasCount(2);
    unmask(cpu, PERIODIC);
    started.elapseCounts(9.9 * count);
    assertThat(fired).hasCount(2);
    started.elapseCounts(10.5 * count);
    assertThat(fired).hasCount(3);
    cpu.lapic().stopTimer();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-008")
  void maskingDoesNotTakeBackARequest(Machine machine, Cpu cpu) {
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1);
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(VECTOR))).as("requested").isTrue();
    unmask(cpu, ONE_SHOT.withMasked(true));
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    cpu.sti();
    cpu.serve(VECTOR);
  }
}
