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
import java.util.Collections;
import java.util.List;

/** Deadlines (Intel SDM Vol. 3A, "TSC-Deadline Mode"). */
@Conformance
@Requires(Feature.TSC_DEADLINE)
final class TscDeadlineTests {
  private static final int VECTOR = 0x5A;
  private static final Duration SOON = Duration.ofMillis(20);
  private static final int ROUNDS = 1_000;

  private static long deadline(Cpu cpu) {
    return cpu.rdmsr(Msr.IA32_TSC_DEADLINE);
  }

  private static void verifyDisarmed(Cpu cpu) {
    assertThat(deadline(cpu)).as("IA32_TSC_DEADLINE").isZero();
  }

  /** Takes the interrupt of a deadline; by then it is disarmed. */
  private static void serve(Cpu cpu, long deadline) {
    cpu.takeInterrupt(VECTOR);
    assertThat(Long.compareUnsigned(cpu.rdtsc(), deadline))
        .as("time-stamp counter in the handler against the deadline")
        .isNotNegative();
    verifyDisarmed(cpu);
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    assertThat(cpu.lapic().tmr().isEmpty()).as("TMR is empty").isTrue();
    cpu.finishInterrupt();
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-001")
  void firesOnceWhenItIsReached(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    long deadline = TscDeadline.in(cpu, SOON);
    TscDeadline.arm(cpu, deadline);
    assertThat(deadline(cpu)).as("IA32_TSC_DEADLINE while it is armed").isEqualTo(deadline);
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_TIMER)).as("entry").isEqualTo(TscDeadline.entry(VECTOR));
    serve(cpu, deadline);
    machine.elapse(SOON.multipliedBy(2));
    machine.expectNothing();
    verifyDisarmed(cpu);
  }

  @InEachApicMode
  @Sweep
  @Requires(virtualTime = true)
  @Covers("LAPIC-TSCD-001")
  void isRequestedNoTickEarlyAndAtItsTick(Machine machine, Cpu cpu, Cases cases) {
    InputClock clock = InputClock.of(cpu);
    double hertz = InputClock.tscHertz(cpu);
    // as much as one tick of the crystal may pass before an expiry shows
    long grace = (long) Math.ceil(hertz * clock.atMostPerTick() / 1e9);
    TscDeadline.select(cpu, VECTOR);
    cases.each(
        List.of(1_000L, 1_001L, 1_039L, 4_096L, 65_537L, 1_000_003L, 0x1_0000_0001L),
        ticks -> {
          long deadline = cpu.rdtsc() + ticks;
          TscDeadline.arm(cpu, deadline);
          machine.elapseNanos((long) ((deadline - cpu.rdtsc() - 100) * 1e9 / hertz));
          assertThat(cpu.lapic()).isIdle();
          assertThat(deadline(cpu)).as("IA32_TSC_DEADLINE just before").isEqualTo(deadline);
          watch(cpu, deadline, grace);
          machine.elapseNanos((long) Math.ceil((200 + grace) * 1e9 / hertz));
          assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
          verifyDisarmed(cpu);
          cpu.sti();
          cpu.serve(VECTOR);
          cpu.cli();
        });
    machine.expectNothing();
  }

  /** Looks at the request again and again while the deadline goes by. */
  private static void watch(Cpu cpu, long deadline, long grace) {
    int looks = 200;
    int word = VECTOR / Integer.SIZE;
    List<Instruction> look =
        List.of(new Instruction.Rdtsc(), cpu.lapic().reading(LapicRegister.IRR.offset(word)));
    List<Instruction> block = new ArrayList<>();
    Collections.nCopies(looks, look).forEach(block::addAll);
    long[] values = cpu.run(block);
    int stride = values.length / looks;
    for (int i = 0; i < looks - 1; i++) {
      boolean requested = (values[i * stride + 1] >>> VECTOR % Integer.SIZE & 1) != 0;
      long before = values[i * stride];
      long after = values[(i + 1) * stride];
      if (after < deadline) {
        assertThat(requested).as("requested %d ticks early", deadline - after).isFalse();
      }
      if (before >= deadline + grace) {
        assertThat(requested).as("requested %d ticks after the deadline", before - deadline).isTrue();
      }
    }
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-002")
  void firesAtOnceWhenItIsPast(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    machine.elapse(SOON);
    long now = cpu.rdtsc();
    for (long past : new long[] {1, 1, 2, now / 2, now - 1_000, now - 1, now, now, 1}) {
      TscDeadline.arm(cpu, past);
      serve(cpu, past);
    }
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(virtualTime = true)
  @Covers("LAPIC-TSCD-002")
  void pastDeadlineTakesNoTime(Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.machine().elapse(SOON);
    for (long past : new long[] {1, cpu.rdtsc()}) {
      TscDeadline.arm(cpu, past);
      assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
      verifyDisarmed(cpu);
      cpu.sti();
      cpu.serve(VECTOR);
      cpu.cli();
    }
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-003")
  void zeroDisarms(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    TscDeadline.arm(cpu, 0);
    machine.expectNothing();
    TscDeadline.arm(cpu, TscDeadline.in(cpu, SOON.multipliedBy(5)));
    TscDeadline.arm(cpu, 0);
    verifyDisarmed(cpu);
    machine.elapse(SOON.multipliedBy(7));
    machine.expectNothing();
    verifyDisarmed(cpu);
    assertThat(cpu.lapic()).isIdle();
    // it can be armed again
    TscDeadline.arm(cpu, 1);
    serve(cpu, 1);
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
    assertThat(deadline(cpu)).as("IA32_TSC_DEADLINE").isEqualTo(far);
    serve(cpu, far);
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
    serve(cpu, near);
    assertThat(Long.compareUnsigned(cpu.rdtsc(), far)).as("now against the far deadline").isNegative();
    machine.elapse(SOON.multipliedBy(70));
    machine.expectNothing();
    verifyDisarmed(cpu);
  }

  @InEachApicMode
  @Covers({"LAPIC-TSCD-001", "LAPIC-TSCD-004"})
  void farthestDeadlineDoesNotFire(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    for (long far : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, cpu.rdtsc() | 1L << 62}) {
      TscDeadline.arm(cpu, far);
      machine.expectNothing();
      assertThat(deadline(cpu)).as("IA32_TSC_DEADLINE").isEqualTo(far);
    }
    TscDeadline.arm(cpu, 1);
    serve(cpu, 1);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers({"LAPIC-TSCD-001", "LAPIC-TSCD-002"})
  void countsByTheCounterAsSoftwareSetIt(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    long step = TscDeadline.in(cpu, SOON) - cpu.rdtsc();
    for (long forward : new long[] {1L << 40, -(1L << 40)}) {
      cpu.wrmsr(Msr.IA32_TIME_STAMP_COUNTER, cpu.rdtsc() + forward);
      long deadline = cpu.rdtsc() + step;
      long start = machine.nanos();
      TscDeadline.arm(cpu, deadline);
      serve(cpu, deadline);
      long waited = machine.nanos() - start;
      assertThat(waited)
          .as("nanoseconds until the deadline")
          .isBetween(SOON.toNanos() / 2, SOON.toNanos() + machine.description().patience().toNanos() / 2);
      long past = cpu.rdtsc() - 1;
      TscDeadline.arm(cpu, past);
      serve(cpu, past);
    }
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
    assertThat(deadline(cpu)).as("IA32_TSC_DEADLINE").isEqualTo(deadline);
    serve(cpu, deadline);
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
        verifyDisarmed(cpu);
      }
      machine.elapse(SOON.multipliedBy(2));
      machine.expectNothing();
      // and not kept for the mode either
      TscDeadline.arm(cpu, TscDeadline.in(cpu, SOON));
      TscDeadline.select(cpu, VECTOR);
      verifyDisarmed(cpu);
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
    machine.observe("a deadline that passed masked is consumed", deadline(cpu) == 0);
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, TscDeadline.entry(VECTOR));
    machine.elapse(SOON.multipliedBy(2));
    machine.observe("interrupts after unmasking", fired.count());
    assertThat(fired.count()).as("interrupts after unmasking").isBetween(0, 1);
    // whatever it did, the next one works
    fired.clear();
    TscDeadline.arm(cpu, 1);
    assertThat(machine.settle(() -> fired.count() > 0)).as("a new deadline fires").isTrue();
    assertThat(fired).hasCount(1);
    verifyDisarmed(cpu);
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
    verifyDisarmed(cpu);
  }
}
