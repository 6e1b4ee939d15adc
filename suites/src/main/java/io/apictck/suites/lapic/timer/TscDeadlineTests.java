package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** When a deadline fires (Intel SDM Vol. 3A, "TSC-Deadline Mode"). */
@Conformance
@Requires(Feature.TSC_DEADLINE)
final class TscDeadlineTests {
  private static final int VECTOR = 0x5A;
  private static final Duration SOON = Duration.ofMillis(20);

  @InEachApicMode
  @Covers("LAPIC-TSCD-001")
  void firesOnceWhenItIsReached(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    long deadline = TscDeadline.in(cpu, SOON);
    TscDeadline.arm(cpu, deadline);
    assertThat(TscDeadline.armed(cpu))
        .as("IA32_TSC_DEADLINE while it is armed")
        .isEqualTo(deadline);
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_TIMER))
        .as("entry")
        .isEqualTo(TscDeadline.entry(VECTOR));
    TscDeadline.serve(cpu, VECTOR, deadline);
    machine.elapse(SOON.multipliedBy(2));
    machine.expectNothing();
    TscDeadline.verifyDisarmed(cpu);
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
          assertThat(TscDeadline.armed(cpu))
              .as("IA32_TSC_DEADLINE just before")
              .isEqualTo(deadline);
          watch(cpu, deadline, grace);
          machine.elapseNanos((long) Math.ceil((200 + grace) * 1e9 / hertz));
          assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
          TscDeadline.verifyDisarmed(cpu);
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
        assertThat(requested)
            .as("requested %d ticks after the deadline", before - deadline)
            .isTrue();
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
      TscDeadline.serve(cpu, VECTOR, past);
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
      TscDeadline.verifyDisarmed(cpu);
      cpu.sti();
      cpu.serve(VECTOR);
      cpu.cli();
    }
  }

  @InEachApicMode
  @Covers("LAPIC-TSCD-001")
  void armedDeadlineFollowsTheCounterThatSoftwareSets(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    long deadline = cpu.rdtsc() + (1L << 50);
    TscDeadline.arm(cpu, deadline);
    machine.expectNothing();
    cpu.wrmsr(Msr.IA32_TIME_STAMP_COUNTER, deadline);
    TscDeadline.serve(cpu, VECTOR, deadline);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers({"LAPIC-TSCD-001", "LAPIC-TSCD-004"})
  void farthestDeadlineDoesNotFire(Machine machine, Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    cpu.sti();
    for (long far : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, cpu.rdtsc() | 1L << 62}) {
      TscDeadline.arm(cpu, far);
      machine.expectNothing();
      assertThat(TscDeadline.armed(cpu)).as("IA32_TSC_DEADLINE").isEqualTo(far);
    }
    TscDeadline.arm(cpu, 1);
    TscDeadline.serve(cpu, VECTOR, 1);
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
      TscDeadline.serve(cpu, VECTOR, deadline);
      long waited = machine.nanos() - start;
      assertThat(waited)
          .as("nanoseconds until the deadline")
          .isBetween(
              SOON.toNanos() / 2, SOON.toNanos() + machine.description().patience().toNanos() / 2);
      long past = cpu.rdtsc() - 1;
      TscDeadline.arm(cpu, past);
      TscDeadline.serve(cpu, VECTOR, past);
    }
  }
}
