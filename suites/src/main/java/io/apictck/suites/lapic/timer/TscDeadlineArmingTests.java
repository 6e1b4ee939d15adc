package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
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

/** Arming and disarming deadlines (Intel SDM Vol. 3A, "TSC-Deadline Mode"). */
@Conformance
@Requires(Feature.TSC_DEADLINE)
final class TscDeadlineArmingTests {
  private static final int VECTOR = 0x5A;
  private static final Duration SOON = Duration.ofMillis(20);
  private static final int ROUNDS = 1_000;

  @InEachApicMode
  @Covers("LAPIC-TSCD-003")
  void zeroDisarms(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    TscDeadline.arm(cpu, 0);
    machine.expectNothing();
    TscDeadline.arm(cpu, TscDeadline.in(cpu, SOON.multipliedBy(5)));
    TscDeadline.arm(cpu, 0);
    TscDeadline.verifyDisarmed(cpu);
    machine.elapse(SOON.multipliedBy(7));
    machine.expectNothing();
    TscDeadline.verifyDisarmed(cpu);
    assertThat(cpu.lapic()).isIdle();
    // it can be armed again
    TscDeadline.arm(cpu, 1);
    TscDeadline.serve(cpu, VECTOR, 1);
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-003")
  void zeroDoesNotTakeBackARequest(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    TscDeadline.arm(cpu, 1);
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(VECTOR))).as("requested").isTrue();
    TscDeadline.arm(cpu, 0);
    assertThat(cpu.lapic()).requests(VECTOR);
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-004")
  void laterDeadlineReplacesAnEarlierOne(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    long near = TscDeadline.in(cpu, SOON.multipliedBy(3));
    long far = near + (near - cpu.rdtsc());
    TscDeadline.arm(cpu, near);
    TscDeadline.arm(cpu, far);
    assertThat(TscDeadline.armed(cpu)).as("IA32_TSC_DEADLINE").isEqualTo(far);
    TscDeadline.serve(cpu, VECTOR, far);
    machine.elapse(SOON);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-004")
  void earlierDeadlineReplacesALaterOne(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    long far = TscDeadline.in(cpu, SOON.multipliedBy(60));
    long near = TscDeadline.in(cpu, SOON);
    TscDeadline.arm(cpu, far);
    TscDeadline.arm(cpu, near);
    TscDeadline.serve(cpu, VECTOR, near);
    assertThat(Long.compareUnsigned(cpu.rdtsc(), far))
        .as("now against the far deadline")
        .isNegative();
    machine.elapse(SOON.multipliedBy(70));
    machine.expectNothing();
    TscDeadline.verifyDisarmed(cpu);
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-005")
  void ignoresTheInitialCount(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    for (int count : new int[] {1, 0x1000, 0xFFFF_FFFF, 0}) {
      lapic.write(LapicRegister.INITIAL_COUNT, count);
      assertThat(lapic.currentCount()).as("current count").isZero();
      machine.expectNothing();
    }
    assertThat(lapic).isIdle();
    long deadline = TscDeadline.in(cpu, SOON);
    TscDeadline.arm(cpu, deadline);
    for (int count : new int[] {1, 0x1000, 0xFFFF_FFFF, 0}) {
      lapic.write(LapicRegister.INITIAL_COUNT, count);
      assertThat(lapic.currentCount()).as("current count while a deadline is armed").isZero();
    }
    assertThat(TscDeadline.armed(cpu)).as("IA32_TSC_DEADLINE").isEqualTo(deadline);
    TscDeadline.serve(cpu, VECTOR, deadline);
    machine.expectNothing();
    assertThat(lapic.currentCount()).as("current count afterwards").isZero();
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-006")
  void isIgnoredInOtherModes(Machine machine, Cpu cpu) {
    cpu.sti();
    for (TimerMode mode : new TimerMode[] {TimerMode.ONE_SHOT, TimerMode.PERIODIC}) {
      cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(mode));
      for (long deadline : new long[] {1, TscDeadline.in(cpu, SOON), -1}) {
        TscDeadline.arm(cpu, deadline);
        TscDeadline.verifyDisarmed(cpu);
      }
      machine.elapse(SOON.multipliedBy(2));
      machine.expectNothing();
      // and not kept for the mode either
      TscDeadline.arm(cpu, TscDeadline.in(cpu, SOON));
      TscDeadline.select(cpu, VECTOR);
      TscDeadline.verifyDisarmed(cpu);
      machine.elapse(SOON.multipliedBy(2));
      machine.expectNothing();
    }
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-006")
  void doesNotDisturbACountInOtherModes(Machine machine, Cpu cpu) {
    int count = InputClock.of(cpu).count(SOON, TimerDivide.BY_1);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, count);
    TscDeadline.arm(cpu, 1);
    TscDeadline.arm(cpu, 0);
    assertThat(cpu.lapic().currentCount()).as("current count").isNotZero();
    assertThat(fired).hasCount(0);
    assertThat(machine.settle(() -> fired.count() > 0)).as("the one-shot fires").isTrue();
    machine.expectNothing();
    assertThat(fired).hasCount(1);
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-TSCD-008")
  void recordsADeadlineThatPassesMasked(Machine machine, Cpu cpu) {
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    TscDeadline.select(cpu, VECTOR);
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, TscDeadline.entry(VECTOR).withMasked(true));
    TscDeadline.arm(cpu, TscDeadline.in(cpu, SOON));
    machine.elapse(SOON.multipliedBy(2));
    assertThat(fired).hasCount(0);
    assertThat(cpu.lapic()).isIdle();
    machine.observe("a deadline that passed masked is consumed", TscDeadline.armed(cpu) == 0);
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, TscDeadline.entry(VECTOR));
    machine.elapse(SOON.multipliedBy(2));
    machine.observe("interrupts after unmasking", fired.count());
    assertThat(fired.count()).as("interrupts after unmasking").isBetween(0, 1);
    // whatever it did, the next one works
    fired.clear();
    TscDeadline.arm(cpu, 1);
    assertThat(machine.settle(() -> fired.count() > 0)).as("a new deadline fires").isTrue();
    assertThat(fired).hasCount(1);
    TscDeadline.verifyDisarmed(cpu);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-TSCD-012")
  void isEffectiveRightAfterTheModeIsSelected(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    boolean fence = lapic.mode() == ApicMode.XAPIC;
    cases.range(
        1,
        ROUNDS,
        round -> {
          fired.clear();
          List<Instruction> block = new ArrayList<>();
          block.add(lapic.writing(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).raw()));
          block.add(lapic.writing(LapicRegister.LVT_TIMER, TscDeadline.entry(VECTOR).raw()));
          if (fence) {
            block.add(new Instruction.Mfence());
          }
          block.add(new Instruction.Wrmsr(Msr.IA32_TSC_DEADLINE, cpu.rdtsc() + round));
          cpu.run(block);
          machine.settle(() -> fired.count() > 0);
          assertThat(fired).hasCount(1);
        });
    machine.expectNothing();
    assertThat(fired).hasCount(1);
    TscDeadline.verifyDisarmed(cpu);
  }
}
