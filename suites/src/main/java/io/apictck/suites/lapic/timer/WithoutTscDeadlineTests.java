package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.machine.Attempt;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A processor that has no TSC-deadline mode (Intel SDM Vol. 3A, "TSC-Deadline Mode"). */
@Conformance
@OnMachine(without = Feature.TSC_DEADLINE)
final class WithoutTscDeadlineTests {
  private static final int VECTOR = 0x5B;
  private static final int PERIODS = 5;
  private static final Duration PERIOD = Duration.ofMillis(10);

  @Test
  @Covers("LAPIC-TSCD-010")
  void bit18ReadsZeroAndBit17AloneSelects(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(PERIOD, TimerDivide.BY_1);
    Counter fired = cpu.countInterrupts(VECTOR);
    cpu.sti();
    for (TimerMode written : TimerMode.values()) {
      boolean periodic = written == TimerMode.PERIODIC || written == TimerMode.RESERVED;
      LvtEntry entry = LvtEntry.fixed(VECTOR).withTimerMode(written);
      lapic.setLvt(LapicRegister.LVT_TIMER, entry);
      assertThat(lapic.lvt(LapicRegister.LVT_TIMER))
          .as("LVT timer entry, written with mode %s", written)
          .isEqualTo(entry.withTimerMode(periodic ? TimerMode.PERIODIC : TimerMode.ONE_SHOT));
      fired.clear();
      lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
      lapic.write(LapicRegister.INITIAL_COUNT, count);
      assertThat(lapic.currentCount()).as("current count, mode %s", written).isNotZero();
      machine.elapse(PERIOD.multipliedBy(PERIODS).plus(PERIOD.dividedBy(2)));
      lapic.stopTimer();
      assertThat(fired.count())
          .as("interrupts in %d periods, mode %s", PERIODS, written)
          .isBetween(
              periodic ? (int) Expiries.atLeast(machine, PERIODS - 1) : 1,
              periodic ? PERIODS + 1 : 1);
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers("LAPIC-TSCD-010")
  void bit18IsReserved(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    for (TimerMode mode : new TimerMode[] {TimerMode.TSC_DEADLINE, TimerMode.RESERVED}) {
      for (boolean masked : new boolean[] {true, false}) {
        LvtEntry entry = LvtEntry.fixed(VECTOR).withTimerMode(mode).withMasked(masked);
        assertThat(cpu.attempt(lapic.writing(LapicRegister.LVT_TIMER, entry.raw())))
            .as("LVT timer entry with mode %s", mode)
            .raisesGeneralProtection();
      }
    }
    assertThat(lapic.lvt(LapicRegister.LVT_TIMER)).as("LVT timer entry").isEqualTo(LvtEntry.RESET);
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-TSCD-010")
  void recordsAccessToTheMsr(Machine machine, Cpu cpu) {
    Attempt read = cpu.attempt(new Instruction.Rdmsr(Msr.IA32_TSC_DEADLINE));
    machine.observe("RDMSR of IA32_TSC_DEADLINE", outcome(read));
    Attempt write = cpu.attempt(new Instruction.Wrmsr(Msr.IA32_TSC_DEADLINE, 1));
    machine.observe("WRMSR of IA32_TSC_DEADLINE", outcome(write));
    cpu.sti();
    machine.expectNothing();
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_TIMER))
        .as("LVT timer entry")
        .isEqualTo(LvtEntry.RESET);
    assertThat(cpu.lapic()).isIdle();
  }

  private static String outcome(Attempt attempt) {
    return switch (attempt) {
      case Attempt.Succeeded succeeded ->
          succeeded.values().length == 0
              ? "no fault"
              : "reads " + (succeeded.values()[1] << 32 | succeeded.values()[0]);
      case Attempt.Failed failed -> "exception " + failed.vector();
    };
  }
}
