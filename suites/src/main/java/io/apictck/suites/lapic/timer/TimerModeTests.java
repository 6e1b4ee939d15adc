package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Writes of the timer entry while the timer runs, with and without a change of the mode. */
@Conformance
final class TimerModeTests {
  private static final int ENOUGH = 50;
  private static final int VECTOR = 0x58;
  private static final int OTHER_VECTOR = 0x68;
  private static final Duration LONG = Duration.ofMillis(40);
  private static final List<TimerMode> COUNT_MODES =
      List.of(TimerMode.ONE_SHOT, TimerMode.PERIODIC);

  /**
   * A change of the timer mode.
   *
   * @param from the mode in which the timer is started
   * @param to the mode that is selected while it runs
   */
  private record Change(TimerMode from, TimerMode to) {
    static List<Change> between(List<TimerMode> from, List<TimerMode> to) {
      return from.stream()
          .flatMap(before ->
              to.stream().filter(after -> after != before).map(after -> new Change(before, after)))
          .toList();
    }
  }

  private static LvtEntry entry(TimerMode mode) {
    return LvtEntry.fixed(VECTOR).withTimerMode(mode);
  }

  private static void select(Cpu cpu, LvtEntry entry) {
    cpu.run(cpu.lapic().writing(LapicRegister.LVT_TIMER, entry.raw()), new Instruction.Mfence());
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_TIMER)).as("LVT timer entry").isEqualTo(entry);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TIM-012")
  void vectorAndMaskDoNotDisturbTheCount(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(LONG.multipliedBy(20), TimerDivide.BY_1);
    cases.each(
        COUNT_MODES,
        mode -> {
          lapic.startTimer(mode, VECTOR, TimerDivide.BY_1, count);
          List<Instruction> block = new ArrayList<>();
          block.add(lapic.reading(LapicRegister.CURRENT_COUNT));
          for (int vector = 0x10; vector <= 0xFF; vector++) {
            LvtEntry changed = entry(mode).withVector(vector).withMasked((vector & 1) != 0);
            block.add(lapic.writing(LapicRegister.LVT_TIMER, changed.raw()));
            block.add(lapic.reading(LapicRegister.CURRENT_COUNT));
          }
          long[] values = cpu.run(block);
          int stride = values.length / (block.size() / 2 + 1);
          for (int i = stride; i < values.length; i += stride) {
            assertThat(values[i])
                .as("current count after write %d", i / stride)
                .isPositive()
                .isLessThanOrEqualTo(values[i - stride]);
          }
          assertThat(lapic.read(LapicRegister.INITIAL_COUNT)).as("initial count").isEqualTo(count);
          lapic.stopTimer();
        });
  }

  @InEachApicMode
  @Sweep
  @Requires(virtualTime = true)
  @Covers("LAPIC-TIM-012")
  void vectorAndMaskDoNotMoveTheExpiry(Machine machine, Cpu cpu, Cases cases) {
    InputClock clock = InputClock.of(cpu);
    Counter fired = cpu.countInterrupts(VECTOR);
    Counter otherFired = cpu.countInterrupts(OTHER_VECTOR);
    cpu.sti();
    cases.each(
        COUNT_MODES,
        mode -> {
          fired.clear();
          otherFired.clear();
          LvtEntry other = entry(mode).withVector(OTHER_VECTOR);
          select(cpu, entry(mode));
          StartedCount started = clock.start(cpu, TimerDivide.BY_4, 1_000);
          started.elapseCounts(250.5);
          select(cpu, other);
          started.elapseCounts(500.5);
          select(cpu, other.withMasked(true));
          started.elapseCounts(750.5);
          select(cpu, entry(mode));
          select(cpu, entry(mode));
          started.elapseToJustBefore(1);
          assertThat(fired).hasCount(0);
          started.elapseTo(1);
          assertThat(fired).hasCount(1);
          started.elapseCounts(1_500.5);
          select(cpu, other);
          started.elapseToJustBefore(2);
          assertThat(otherFired).hasCount(0);
          started.elapseToWithReloads(2);
          assertThat(otherFired).hasCount(mode == TimerMode.PERIODIC ? 1 : 0);
          assertThat(fired).hasCount(1);
          cpu.lapic().stopTimer();
        });
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LAPIC-TIM-012")
  void vectorAndMaskDoNotDisarmTheDeadline(Machine machine, Cpu cpu) {
    cpu.sti();
    select(cpu, entry(TimerMode.TSC_DEADLINE).withVector(OTHER_VECTOR));
    long deadline = TscDeadline.in(cpu, LONG.multipliedBy(3));
    TscDeadline.arm(cpu, deadline);
    select(cpu, entry(TimerMode.TSC_DEADLINE).withMasked(true));
    select(cpu, entry(TimerMode.TSC_DEADLINE));
    assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE)).as("IA32_TSC_DEADLINE").isEqualTo(deadline);
    cpu.takeInterrupt(VECTOR);
    assertThat(cpu.rdtsc())
        .as("time-stamp counter in the handler")
        .isGreaterThanOrEqualTo(deadline);
    cpu.finishInterrupt();
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.TSC_DEADLINE)
  @Covers({"LAPIC-TSCD-007", "LAPIC-TSCD-005"})
  void deadlineModeStopsACount(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(LONG, TimerDivide.BY_1);
    cpu.sti();
    cases.each(
        Change.between(COUNT_MODES, List.of(TimerMode.TSC_DEADLINE)),
        change -> {
          lapic.startTimer(change.from(), VECTOR, TimerDivide.BY_1, count);
          machine.elapse(LONG.dividedBy(8));
          assertThat(lapic.currentCount()).as("current count while it runs").isNotZero();
          select(cpu, entry(change.to()));
          assertThat(lapic.currentCount()).as("current count in TSC-deadline mode").isZero();
          assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE)).as("IA32_TSC_DEADLINE").isZero();
          machine.elapse(LONG.multipliedBy(2));
          machine.expectNothing();
          select(cpu, entry(change.from()));
          assertThat(lapic.currentCount()).as("current count back in the first mode").isZero();
          machine.elapse(LONG.multipliedBy(2));
          machine.expectNothing();
          assertThat(lapic).isIdle();
          // it starts again when told to
          lapic.write(LapicRegister.INITIAL_COUNT, count);
          assertThat(lapic.currentCount()).as("current count of a new start").isNotZero();
          lapic.stopTimer();
        });
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.TSC_DEADLINE)
  @Covers({"LAPIC-TSCD-007", "LAPIC-TSCD-006"})
  void countModesDisarmADeadline(Machine machine, Cpu cpu, Cases cases) {
    cpu.sti();
    cases.each(
        Change.between(List.of(TimerMode.TSC_DEADLINE), COUNT_MODES),
        change -> {
          select(cpu, entry(change.from()));
          TscDeadline.arm(cpu, TscDeadline.in(cpu, LONG));
          select(cpu, entry(change.to()));
          assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE))
              .as("IA32_TSC_DEADLINE in mode %s", change.to())
              .isZero();
          assertThat(cpu.lapic().currentCount()).as("current count").isZero();
          select(cpu, entry(change.from()));
          assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE))
              .as("IA32_TSC_DEADLINE back in its mode")
              .isZero();
          machine.elapse(LONG.multipliedBy(2));
          machine.expectNothing();
          select(cpu, entry(change.to()));
          machine.elapse(LONG.multipliedBy(2));
          machine.expectNothing();
          assertThat(cpu.lapic()).isIdle();
        });
  }

  @InEachApicMode
  @Sweep
  @Records
  @Requires(virtualTime = true)
  @Covers("LAPIC-TIM-011")
  void recordsChangesBetweenCountModes(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    InputClock clock = InputClock.of(cpu);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cases.each(
        Change.between(COUNT_MODES, COUNT_MODES),
        change -> {
          fired.clear();
          select(cpu, entry(change.from()));
          StartedCount started = clock.start(cpu, TimerDivide.BY_2, 1_000);
          started.elapseCounts(500.5);
          select(cpu, entry(change.to()));
          machine.observe(change + ", current count after the half of 1000", lapic.currentCount());
          started.elapseCounts(1_500.5);
          machine.observe(change + ", interrupts until 1500", fired.count());
          started.elapseCounts(3_500.5);
          machine.observe(change + ", interrupts until 3500", fired.count());
          assertThat(fired.count()).as("interrupts").isBetween(0, 3);
          // stopped and started again it is what the entry says
          lapic.write(LapicRegister.INITIAL_COUNT, 0);
          fired.clear();
          clock.start(cpu, TimerDivide.BY_2, 1_000).elapseCounts(3_100.5);
          assertThat(fired).hasCount(change.to() == TimerMode.PERIODIC ? 3 : 1);
          lapic.stopTimer();
        });
    machine.expectNothing();
  }

  @InEachApicMode
  @Records
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LAPIC-TSCD-011")
  void recordsTheReservedMode(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(LONG, TimerDivide.BY_1);
    int[] interrupts = new int[1];
    // it may interrupt without end
    cpu.onInterrupt(
        VECTOR,
        (taker, frame) -> {
          if (++interrupts[0] == ENOUGH) {
            lapic.setLvt(LapicRegister.LVT_TIMER, LvtEntry.RESET);
          }
          taker.finishInterrupt();
        });
    cpu.sti();
    LvtEntry reserved = entry(TimerMode.RESERVED);
    machine.observe(
        "writing timer mode 11b",
        cpu.attempt(lapic.writing(LapicRegister.LVT_TIMER, reserved.raw()))
            .getClass()
            .getSimpleName());
    machine.observe("it reads back as", lapic.lvt(LapicRegister.LVT_TIMER).timerMode());
    lapic.write(LapicRegister.INITIAL_COUNT, count);
    machine.observe("current count after a start", lapic.currentCount());
    TscDeadline.arm(cpu, TscDeadline.in(cpu, LONG));
    machine.observe(
        "IA32_TSC_DEADLINE after it was armed is zero", cpu.rdmsr(Msr.IA32_TSC_DEADLINE) == 0);
    machine.elapse(LONG.multipliedBy(4));
    machine.observe("interrupts in four periods, " + ENOUGH + " at most", interrupts[0]);

    lapic.stopTimer();
    Counter fired = cpu.countInterrupts(VECTOR);
    lapic.startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1_000);
    assertThat(machine.settle(() -> fired.count() > 0)).as("one-shot fires afterwards").isTrue();
    machine.expectNothing();
    assertThat(fired).hasCount(1);
    select(cpu, entry(TimerMode.TSC_DEADLINE));
    TscDeadline.arm(cpu, 1);
    assertThat(machine.settle(() -> fired.count() > 1)).as("a deadline fires afterwards").isTrue();
  }
}
