package io.apictck.model.lapic;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.model.ModelConfiguration;

/**
 * The timer (Intel SDM Vol. 3A, "APIC Timer" and "TSC-Deadline Mode").
 *
 * <p>Supported: one-shot, periodic and TSC-deadline mode, all dividers, in virtual time. Expiry and
 * count are functions of the time; nothing is done per tick, and while the entry is masked nothing
 * is scheduled.
 *
 * <p>Not supported: nothing is left out.
 *
 * <p>Open points, decided: the input clock has no phase, a count starts when it is written; a new
 * divider stretches the remaining count; changes between one-shot and periodic keep the count
 * running, and the mode counts when it expires; changes to and from TSC-deadline mode or the
 * reserved mode 11b, in which no timer runs, stop the count, clear both counts and the deadline;
 * software disable does not stop the count; a deadline that passes while masked is consumed; in
 * TSC-deadline mode the initial count reads as zero. Expiries that nobody saw are one expiry.
 */
class ApicTimer {
  final LocalApic apic;

  // The state is open to tests that plant faults.
  int initialCount;
  int divide;
  boolean counting;
  long expiry;
  long deadline;
  long deadlineNanos;

  ApicTimer(LocalApic apic) {
    this.apic = apic;
  }

  void reset() {
    initialCount = apic.resetValue(LapicRegister.INITIAL_COUNT);
    divide = apic.resetValue(LapicRegister.DIVIDE_CONFIGURATION);
    stop();
    reschedule();
  }

  void stop() {
    counting = false;
    deadline = 0;
  }

  /** The mode that the timer entry selects. */
  TimerMode mode() {
    return apic.lvt.entry(LapicRegister.LVT_TIMER).timerMode();
  }

  /** Whether the count is reloaded at zero. */
  boolean isPeriodic() {
    return mode() == TimerMode.PERIODIC;
  }

  /** Whether the mode works with the count registers. */
  boolean isCountMode(TimerMode mode) {
    return mode == TimerMode.ONE_SHOT || mode == TimerMode.PERIODIC;
  }

  int initialCount() {
    return initialCount;
  }

  /** Starts the count; zero stops it. */
  void writeInitialCount(int count) {
    catchUp();
    if (isCountMode(mode())) {
      initialCount = count;
      counting = count != 0;
      expiry = apic.world.nanos() + period();
      reschedule();
    }
  }

  /** The count now. */
  int currentCount() {
    catchUp();
    return counting ? count(expiry - apic.world.nanos()) : 0;
  }

  /** The count that is left for a time in nanoseconds: a count lasts until its tick is over. */
  int count(long remaining) {
    return (int) Math.ceilDiv(remaining, tick());
  }

  int divideConfiguration() {
    return divide;
  }

  void writeDivideConfiguration(int value) {
    catchUp();
    long before = tick();
    divide = value & LapicRegister.DIVIDE_CONFIGURATION.definedBits();
    if (counting) {
      expiry = rescaled(expiry, before, tick());
      reschedule();
    }
  }

  /** The expiry when the tick changes in the middle of a count. */
  long rescaled(long expiry, long tickBefore, long tickAfter) {
    long now = apic.world.nanos();
    return now + Math.ceilDiv((expiry - now) * tickAfter, tickBefore);
  }

  /** Nanoseconds per count. */
  long tick() {
    return ModelConfiguration.NANOS_PER_CRYSTAL_TICK * TimerDivide.of(divide).divisor();
  }

  /** Nanoseconds that the initial count lasts. */
  long period() {
    return Integer.toUnsignedLong(initialCount) * tick();
  }

  /** IA32_TSC_DEADLINE; zero if disarmed. */
  long deadline() {
    catchUp();
    return deadline;
  }

  /** Writes IA32_TSC_DEADLINE. */
  void writeDeadline(long tsc) {
    catchUp();
    if (mode() == TimerMode.TSC_DEADLINE) {
      deadline = tsc;
      deadlineNanos = nanosAt(tsc);
      catchUp();
    }
  }

  /** The time-stamp counter was set: an armed deadline moves with it. */
  void timeStampCounterChanged() {
    if (deadline != 0) {
      deadlineNanos = nanosAt(deadline);
      catchUp();
    }
  }

  /** When a deadline comes; one that has passed already comes now. */
  long nanosAt(long tsc) {
    return Long.compareUnsigned(tsc, apic.world.tsc()) <= 0
        ? apic.world.nanos()
        : apic.world.nanosAtTsc(tsc);
  }

  /** Software wrote the timer entry. */
  void entryWritten(TimerMode before, TimerMode after) {
    if (disarms(before, after)) {
      initialCount = 0;
      stop();
    }
    reschedule();
  }

  /** Whether a change of the mode stops the timer. */
  boolean disarms(TimerMode before, TimerMode after) {
    return before != after && !(isCountMode(before) && isCountMode(after));
  }

  /** Lets happen what was due until now. */
  void catchUp() {
    long now = apic.world.nanos();
    if (counting && expiry <= now) {
      countExpired(now);
    }
    if (deadline != 0 && deadlineNanos <= now) {
      deadlinePassed();
    }
    reschedule();
  }

  /** The count reached zero. */
  void countExpired(long now) {
    if (isPeriodic()) {
      expiry += (Math.floorDiv(now - expiry, period()) + 1) * period();
    } else {
      counting = false;
    }
    apic.lvt.timerExpired();
  }

  /** The time-stamp counter reached the deadline. */
  void deadlinePassed() {
    deadline = 0;
    apic.lvt.timerExpired();
  }

  /** Says when the timer has to be looked at next. */
  void reschedule() {
    apic.world.timerDue(due());
  }

  long due() {
    if (apic.lvt.entry(LapicRegister.LVT_TIMER).masked()) {
      return Long.MAX_VALUE;
    }
    if (counting) {
      return expiry;
    }
    return deadline == 0 ? Long.MAX_VALUE : deadlineNanos;
  }
}
