package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Startup;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What RESET, INIT and software disable do to a running timer (Intel SDM Vol. 3A, "Local APIC
 * State").
 */
@Conformance
@OnMachine(processors = 2)
final class TimerResetTests {
  private static final int VECTOR = 0x57;
  private static final Duration PERIOD = Duration.ofMillis(10);

  private static void startPeriodic(Cpu cpu, int count) {
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_64, count);
  }

  /**
   * The registers have their reset values, and nothing of what ran before comes out of an open
   * entry.
   */
  private static void verifyStopped(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    assertThat(Hex.dword(lapic.read(LapicRegister.LVT_TIMER)))
        .as("LVT timer entry")
        .isEqualTo(Hex.dword(LvtEntry.RESET.raw()));
    for (LapicRegister register :
        new LapicRegister[] {
          LapicRegister.INITIAL_COUNT,
          LapicRegister.CURRENT_COUNT,
          LapicRegister.DIVIDE_CONFIGURATION
        }) {
      assertThat(Hex.dword(lapic.read(register))).as("%s", register).isEqualTo(Hex.dword(0));
    }
    assertThat(lapic).isIdle();
    lapic.setEnabled(true);
    for (TimerMode mode : new TimerMode[] {TimerMode.PERIODIC, TimerMode.ONE_SHOT}) {
      lapic.setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(mode));
      cpu.sti();
      machine.elapse(PERIOD.multipliedBy(3));
      machine.expectNothing();
    }
    assertThat(lapic.currentCount()).as("current count later").isZero();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-013")
  void initStopsIt(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    startPeriodic(target, InputClock.of(target).count(PERIOD, TimerDivide.BY_64));
    assertThat(machine.settle(() -> target.lapic().irr().contains(VECTOR))).as("it ran").isTrue();
    Startup.restart(cpu, target);
    verifyStopped(machine, target);
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-013")
  void initOfAnotherProcessorDoesNot(Machine machine, Cpu cpu) {
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_64);
    startPeriodic(cpu, count);
    Startup.restart(cpu, machine.cpu(1));
    assertThat(cpu.lapic().read(LapicRegister.INITIAL_COUNT)).as("initial count").isEqualTo(count);
    cpu.sti();
    cpu.takeInterrupt(VECTOR);
    cpu.lapic().stopTimer();
    cpu.finishInterrupt();
  }

  @Test
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("LAPIC-TIM-013")
  void resetStopsIt(Machine machine, Cpu cpu) {
    startPeriodic(cpu, InputClock.of(cpu).count(PERIOD, TimerDivide.BY_64));
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(VECTOR))).as("it ran").isTrue();
    machine.reset();
    verifyStopped(machine, cpu);
  }

  private static void arm(Cpu cpu) {
    TscDeadline.select(cpu, VECTOR);
    TscDeadline.arm(cpu, TscDeadline.in(cpu, PERIOD));
  }

  private static void verifyDisarmed(Machine machine, Cpu cpu) {
    assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE)).as("IA32_TSC_DEADLINE").isZero();
    verifyStopped(machine, cpu);
    TscDeadline.select(cpu, VECTOR);
    machine.elapse(PERIOD);
    machine.expectNothing();
    assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE)).as("IA32_TSC_DEADLINE in its mode").isZero();
  }

  @InEachApicMode
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LAPIC-TSCD-009")
  void deadlineIsZeroAtFirst(Machine machine) {
    for (Cpu cpu : List.of(machine.cpu(0), machine.cpu(1))) {
      assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE)).as("IA32_TSC_DEADLINE").isZero();
      TscDeadline.select(cpu, VECTOR);
      assertThat(cpu.rdmsr(Msr.IA32_TSC_DEADLINE)).as("IA32_TSC_DEADLINE in its mode").isZero();
      cpu.sti();
    }
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LAPIC-TSCD-009")
  void initDisarmsTheDeadline(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    arm(target);
    Startup.restart(cpu, target);
    verifyDisarmed(machine, target);
  }

  @Test
  @Requires(value = Feature.TSC_DEADLINE, stimuli = Stimulus.POWER_ON)
  @Covers("LAPIC-TSCD-009")
  void resetDisarmsTheDeadline(Machine machine, Cpu cpu) {
    arm(cpu);
    machine.reset();
    verifyDisarmed(machine, cpu);
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-TIM-014")
  void recordsWhetherItCountsWhileSoftwareDisabled(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    startPeriodic(cpu, InputClock.of(cpu).count(PERIOD.multipliedBy(100), TimerDivide.BY_64));
    cpu.sti();
    long before = lapic.currentCount();
    lapic.setEnabled(false);
    long disabled = lapic.currentCount();
    machine.elapse(PERIOD);
    long later = lapic.currentCount();
    machine.observe("count while software-disabled", motion(disabled, later));
    assertThat(disabled).as("current count after the disable").isLessThanOrEqualTo(before);
    assertThat(lapic.lvt(LapicRegister.LVT_TIMER).masked()).as("entry is masked").isTrue();
    lapic.setEnabled(true);
    long enabled = lapic.currentCount();
    machine.elapse(PERIOD);
    machine.observe("count after the enable", motion(enabled, lapic.currentCount()));
    machine.expectNothing();
    // whatever it did, it can be used again
    lapic.startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1);
    cpu.serve(VECTOR);
  }

  private static String motion(long first, long second) {
    return second == 0 ? "zero" : second < first ? "counts down" : "stands still";
  }

  @InEachApicMode
  @Covers({"LAPIC-REG-014", "LAPIC-REG-015"})
  void expiryWhileSoftwareDisabledIsNotDelivered(Machine machine, Cpu cpu) {
    startPeriodic(cpu, InputClock.of(cpu).count(PERIOD, TimerDivide.BY_64));
    cpu.lapic().setEnabled(false);
    cpu.sti();
    machine.elapse(PERIOD.multipliedBy(3));
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    cpu.lapic().setEnabled(true);
    machine.elapse(PERIOD.multipliedBy(3));
    machine.expectNothing();
    cpu.lapic().stopTimer();
  }
}
