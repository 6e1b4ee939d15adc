package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.time.Duration;

/**
 * One-shot timer, mode changes while it runs, and the TSC deadline (apic.c: timer one shot, change
 * mode, TSC deadline).
 */
@Conformance
final class TimerTests {
  private static final int VECTOR = 0xEE;
  private static final int DEADLINE_VECTOR = 0xEF;
  private static final int ONE_SHOT_COUNT = 0x10000;
  private static final int COUNT = 0x99_9999;

  @InEachApicMode
  @Covers("LAPIC-TIM-001")
  @Ports("KUT-APIC-041")
  void oneShotFiresOnceAndNotEarly(Machine machine, Cpu cpu) {
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR));
    long before = cpu.rdtsc();
    cpu.lapic().write(LapicRegister.INITIAL_COUNT, ONE_SHOT_COUNT);
    assertThat(machine.settle(() -> fired.count() > 0)).as("timer fired").isTrue();
    // the original's assumption: the time-stamp counter ticks at least as fast as the timer
    assertThat(cpu.rdtsc() - before)
        .as("time-stamp counter ticks")
        .isGreaterThanOrEqualTo(ONE_SHOT_COUNT);
    machine.expectNothing();
    assertThat(fired).hasCount(1);
  }

  @InEachApicMode
  @Covers({"LAPIC-LVT-001", "LAPIC-TIM-001", "LAPIC-TIM-002", "LAPIC-TIM-005"})
  @Ports({"KUT-APIC-042", "KUT-APIC-043", "KUT-APIC-044", "KUT-APIC-045", "KUT-APIC-051"})
  void keepsModeAndStaysAtZeroWhenExpired(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    lapic.write(LapicRegister.INITIAL_COUNT, COUNT);
    changeMode(lapic, TimerMode.PERIODIC);
    assertThat(lapic.read(LapicRegister.INITIAL_COUNT)).as("initial count").isEqualTo(COUNT);

    changeMode(lapic, TimerMode.ONE_SHOT);
    lapic.write(LapicRegister.INITIAL_COUNT, COUNT);
    assertThat(lapic.currentCount()).as("current count right after the start").isNotZero();
    assertThat(machine.settle(() -> lapic.currentCount() <= COUNT / 2)).as("counts down").isTrue();
    assertThat(machine.settle(() -> lapic.currentCount() == 0)).as("reaches 0").isTrue();
    machine.elapse(Duration.ofMillis(1));
    assertThat(lapic.currentCount()).as("current count after expiry").isZero();

    changeMode(lapic, TimerMode.PERIODIC);
    assertThat(lapic.currentCount())
        .as("current count of an expired one-shot made periodic")
        .isZero();
    machine.elapse(Duration.ofMillis(1));
    assertThat(lapic.currentCount()).as("current count a little later").isZero();
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-TIM-011")
  @Ports({"KUT-APIC-046", "KUT-APIC-047", "KUT-APIC-048", "KUT-APIC-049", "KUT-APIC-050"})
  void recordsWhatAModeChangeDoesToARunningCount(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    changeMode(lapic, TimerMode.ONE_SHOT);
    lapic.write(LapicRegister.INITIAL_COUNT, COUNT);
    assertThat(machine.settle(() -> lapic.currentCount() <= COUNT / 2)).as("counts down").isTrue();

    changeMode(lapic, TimerMode.PERIODIC);
    long periodic = lapic.currentCount();
    boolean keepsCounting = periodic != 0 && periodic <= COUNT / 2;
    machine.observe("one-shot made periodic keeps counting", keepsCounting);
    boolean reloads = keepsCounting && machine.settle(() -> lapic.currentCount() > COUNT / 2);
    machine.observe("reloads at zero then", reloads);

    if (reloads) {
      assertThat(machine.settle(() -> lapic.currentCount() <= COUNT / 2))
          .as("counts down again")
          .isTrue();
      changeMode(lapic, TimerMode.ONE_SHOT);
      machine.observe("periodic made one-shot keeps counting", lapic.currentCount() != 0);
      assertThat(machine.settle(() -> lapic.currentCount() == 0))
          .as("the one-shot ends at 0")
          .isTrue();
    }
    // whatever happened, the timer must be usable afterwards
    changeMode(lapic, TimerMode.ONE_SHOT);
    lapic.write(LapicRegister.INITIAL_COUNT, COUNT);
    assertThat(lapic.currentCount()).as("current count of a new one-shot").isNotZero();
    lapic.stopTimer();
  }

  private static void changeMode(LocalApic lapic, TimerMode mode) {
    LvtEntry entry = lapic.lvt(LapicRegister.LVT_TIMER).withTimerMode(mode);
    lapic.setLvt(LapicRegister.LVT_TIMER, entry);
    assertThat(lapic.lvt(LapicRegister.LVT_TIMER).timerMode())
        .as("timer mode reads back")
        .isEqualTo(mode);
  }

  @InEachApicMode
  @Requires(Feature.TSC_DEADLINE)
  @Covers({"LAPIC-TSCD-001", "LAPIC-TSCD-002"})
  @Ports({"KUT-APIC-052", "KUT-APIC-053"})
  void deadlineOfNowFiresAtOnceAndDisarms(Machine machine, Cpu cpu) {
    Counter fired = cpu.countInterrupts(DEADLINE_VECTOR);
    cpu.sti();
    cpu.lapic()
        .setLvt(
            LapicRegister.LVT_TIMER,
            LvtEntry.fixed(DEADLINE_VECTOR).withTimerMode(TimerMode.TSC_DEADLINE));
    cpu.run(new Instruction.Mfence());
    cpu.wrmsr(Msr.IA32_TSC_DEADLINE, cpu.rdmsr(Msr.IA32_TIME_STAMP_COUNTER));
    machine.settle(() -> fired.count() > 0);
    machine.expectNothing();
    assertThat(fired).hasCount(1);
    assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE)).as("IA32_TSC_DEADLINE after expiry").isZero();
  }
}
