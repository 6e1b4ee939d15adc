package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerMode;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;
import java.time.Duration;

/** Arms the timer in TSC-deadline mode and serves it (Intel SDM Vol. 3A, "TSC-Deadline Mode"). */
final class TscDeadline {
  private TscDeadline() {}

  /** An unmasked entry in TSC-deadline mode. */
  static LvtEntry entry(int vector) {
    return LvtEntry.fixed(vector).withTimerMode(TimerMode.TSC_DEADLINE);
  }

  /**
   * Selects the mode with an unmasked entry, and the order of that before writes of the deadline.
   */
  static void select(Cpu cpu, int vector) {
    cpu.run(
        cpu.lapic().writing(LapicRegister.LVT_TIMER, entry(vector).raw()),
        new Instruction.Mfence());
  }

  /** Writes the deadline. */
  static void arm(Cpu cpu, long tsc) {
    cpu.wrmsr(Msr.IA32_TSC_DEADLINE, tsc);
  }

  /** What the time-stamp counter will be in about that time. */
  static long in(Cpu cpu, Duration duration) {
    double hertz = InputClock.tscHertz(cpu);
    return cpu.rdtsc() + Math.round(hertz * duration.toNanos() / 1e9);
  }

  /** IA32_TSC_DEADLINE. */
  static long armed(Cpu cpu) {
    return cpu.rdmsr(Msr.IA32_TSC_DEADLINE);
  }

  /** IA32_TSC_DEADLINE reads zero. */
  static void verifyDisarmed(Cpu cpu) {
    assertThat(armed(cpu)).as("IA32_TSC_DEADLINE").isZero();
  }

  /** Takes and ends the interrupt of a deadline; by then it is disarmed. */
  static void serve(Cpu cpu, int vector, long deadline) {
    cpu.takeInterrupt(vector);
    assertThat(Long.compareUnsigned(cpu.rdtsc(), deadline))
        .as("time-stamp counter in the handler against the deadline")
        .isNotNegative();
    verifyDisarmed(cpu);
    assertThat(cpu.lapic()).isServicing(vector).requestsNothing().hasTriggerMode(vector, false);
    cpu.finishInterrupt();
  }
}
