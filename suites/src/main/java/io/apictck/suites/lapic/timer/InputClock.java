package io.apictck.suites.lapic.timer;

import io.apictck.arch.Cpuid;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.TimerDivide;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import java.time.Duration;
import java.util.List;

/**
 * The input clock of the APIC timer, before the divider: measured against the platform's time, and
 * taken from CPUID leaf 15H where that agrees (Intel SDM Vol. 3A, "APIC Timer").
 */
final class InputClock {
  private static final Duration MEASURED = Duration.ofMillis(20);
  private static final long ALL = 0xFFFF_FFFFL;
  private static final double AGREEMENT = 0.01;
  private static final double GOOD = 0.02;
  private static final int ATTEMPTS = 8;

  private final double nanosPerTick;
  private final double error;
  private final double measuredHertz;
  private final double enumeratedHertz;

  private InputClock(Measurement measurement, double enumeratedHertz) {
    double measuredNanos = measurement.nanosPerTick();
    this.measuredHertz = 1e9 / measuredNanos;
    this.enumeratedHertz = enumeratedHertz;
    boolean agrees =
        enumeratedHertz > 0 && Math.abs(measuredHertz / enumeratedHertz - 1) < AGREEMENT;
    this.nanosPerTick = agrees ? 1e9 / enumeratedHertz : measuredNanos;
    this.error = agrees ? 0 : measurement.error();
  }

  /**
   * What one measurement gave.
   *
   * @param error how far off it may be, as a part of the whole
   */
  private record Measurement(double nanosPerTick, double error) {}

  /** The clock of a processor's timer; the timer is stopped and in its reset state afterwards. */
  static InputClock of(Cpu cpu) {
    // in real time a busy computer may spoil a measurement: then once more
    Measurement best = measure(cpu);
    for (int i = 1; i < ATTEMPTS && best.error() > GOOD; i++) {
      Measurement next = measure(cpu);
      best = next.error() < best.error() ? next : best;
    }
    cpu.lapic().stopTimer();
    cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, 0);
    return new InputClock(best, crystalHertz(cpu));
  }

  private static Measurement measure(Cpu cpu) {
    Machine machine = cpu.machine();
    long before = machine.nanos();
    cpu.run(
        List.of(
            cpu.lapic().writing(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code()),
            cpu.lapic().writing(LapicRegister.INITIAL_COUNT, ALL)));
    long start = machine.nanos();
    machine.elapse(MEASURED);
    long asked = machine.nanos();
    long ticks = ALL - cpu.lapic().currentCount();
    long end = machine.nanos();
    if (ticks < 1) {
      throw new AssertionError("the timer did not count for " + MEASURED.toMillis() + " ms");
    }
    double latency = (double) (end - asked + start - before) / (end - start);
    return new Measurement((double) (end - start) / ticks, 2.0 / ticks + latency);
  }

  /** The core crystal clock as CPUID leaf 15H gives it, 0 if it does not. */
  private static double crystalHertz(Cpu cpu) {
    if (Integer.compareUnsigned(cpu.cpuid(0).eax(), Cpuid.TSC_CRYSTAL) < 0) {
      return 0;
    }
    Cpu.CpuidResult leaf = cpu.cpuid(Cpuid.TSC_CRYSTAL);
    if (leaf.eax() == 0 || leaf.ebx() == 0) {
      return 0;
    }
    return leaf.ecx() != 0
        ? Integer.toUnsignedLong(leaf.ecx())
        : tscHertz(cpu) * Integer.toUnsignedLong(leaf.eax()) / Integer.toUnsignedLong(leaf.ebx());
  }

  /** The rate of the time-stamp counter, measured against the platform's time. */
  static double tscHertz(Cpu cpu) {
    Machine machine = cpu.machine();
    long first = cpu.run(new Instruction.Rdtsc())[0];
    long start = machine.nanos();
    machine.elapse(MEASURED);
    long last = cpu.run(new Instruction.Rdtsc())[0];
    return (last - first) * 1e9 / (machine.nanos() - start);
  }

  /** Hertz as measured against the platform's time. */
  double measuredHertz() {
    return measuredHertz;
  }

  /** Hertz as enumerated by CPUID, 0 if it is not. */
  double enumeratedHertz() {
    return enumeratedHertz;
  }

  /** The shortest that a tick can be, in nanoseconds. */
  double atLeastPerTick() {
    return nanosPerTick * (1 - error);
  }

  /** The longest that a tick can be, in nanoseconds. */
  double atMostPerTick() {
    return nanosPerTick * (1 + error);
  }

  /** The least time that so many ticks take, in nanoseconds. */
  long atLeast(double ticks) {
    return (long) Math.ceil(Math.max(ticks, 0) * atLeastPerTick());
  }

  /** The longest time that so many ticks take, in nanoseconds. */
  long atMost(double ticks) {
    return (long) Math.floor(Math.max(ticks, 0) * atMostPerTick());
  }

  /** The initial count that lasts about as long as {@code duration}. */
  int count(Duration duration, TimerDivide divide) {
    long count = Math.round(duration.toNanos() / nanosPerTick / divide.divisor());
    return (int) Math.clamp(count, 1, ALL);
  }

  /** Sets the divider, writes the initial count and tells what must follow. */
  StartedCount start(Cpu cpu, TimerDivide divide, int count) {
    long before = cpu.machine().nanos();
    cpu.run(
        List.of(
            cpu.lapic().writing(LapicRegister.DIVIDE_CONFIGURATION, divide.code()),
            cpu.lapic().writing(LapicRegister.INITIAL_COUNT, Integer.toUnsignedLong(count))));
    return new StartedCount(this, cpu, divide, Integer.toUnsignedLong(count), before);
  }
}
