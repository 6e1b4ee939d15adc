package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.TimerDivide;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;

/**
 * A count that was started, and when it must do what. The manual says nothing of the phase of the
 * input clock at the start: all bounds allow one tick of it.
 */
final class StartedCount {
  private final InputClock clock;
  private final Cpu cpu;
  private final TimerDivide divide;
  private final long count;
  private final long startedAfter;
  private final long startedBefore;

  /** A count whose start was written just now, not earlier than {@code startedAfter}. */
  StartedCount(InputClock clock, Cpu cpu, TimerDivide divide, long count, long startedAfter) {
    this.clock = clock;
    this.cpu = cpu;
    this.divide = divide;
    this.count = count;
    this.startedAfter = startedAfter;
    this.startedBefore = cpu.machine().nanos();
  }

  /** Before this time of the platform the expiry of that number (from 1) has not happened. */
  long earliest(long expiry) {
    return startedAfter + clock.atLeast((double) expiry * count * divide.divisor() - 1);
  }

  /** By this time of the platform the expiry of that number has happened. */
  long latest(long expiry) {
    return startedBefore + clock.atMost((double) expiry * count * divide.divisor() + 1);
  }

  /** Lets time pass until just before the expiry of that number. */
  void elapseToJustBefore(long expiry) {
    elapseTo(cpu.machine(), earliest(expiry) - 1);
  }

  /** Lets time pass until the expiry of that number must have happened. */
  void elapseTo(long expiry) {
    elapseTo(cpu.machine(), latest(expiry));
  }

  /**
   * As {@link #elapseTo(long)}, if each period may be one count longer: the manual does not say how
   * long a reload takes.
   */
  void elapseToWithReloads(long expiry) {
    double ticks = (double) expiry * (count + 1) * divide.divisor() + 1;
    elapseTo(cpu.machine(), startedBefore + clock.atMost(ticks));
  }

  /** Lets time pass until a multiple of the count is over. */
  void elapseCounts(double counts) {
    elapseTo(cpu.machine(), startedBefore + clock.atMost(counts * divide.divisor()));
  }

  private static void elapseTo(Machine machine, long nanos) {
    if (nanos > machine.nanos()) {
      machine.elapseNanos(nanos - machine.nanos());
    }
  }

  /** Reads the current count of a one-shot and compares it with the time that has passed. */
  void verifyCurrentCount() {
    long before = cpu.machine().nanos();
    long current = cpu.lapic().currentCount();
    long after = cpu.machine().nanos();
    double least = (before - startedBefore) / clock.atMostPerTick() - 1;
    double most = (after - startedAfter) / clock.atLeastPerTick() + 1;
    assertThat(current)
        .as(
            "current count of %d by %d, %d ns after the start",
            count, divide.divisor(), after - startedAfter)
        .isBetween(remaining(most), remaining(least));
  }

  private long remaining(double ticks) {
    return Math.clamp(count - (long) Math.floor(Math.max(ticks, 0) / divide.divisor()), 0, count);
  }
}
