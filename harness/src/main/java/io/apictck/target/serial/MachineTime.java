package io.apictck.target.serial;

import org.jspecify.annotations.Nullable;

/** The time of a machine: by its own clock, or by ours where it has none or is silent. */
final class MachineTime {
  private final @Nullable MachineClock clock;
  private long base;
  private long baseSeen = System.nanoTime();
  private boolean silent;

  MachineTime(@Nullable MachineClock clock) {
    this.clock = clock;
  }

  @Nullable MachineClock clock() {
    return clock;
  }

  /** Its clock was read. */
  void told(long counter) {
    if (clock != null) {
      base = Math.max(nanos(), (long) (counter * clock.nanosPerCount()));
      baseSeen = System.nanoTime();
      silent = false;
    }
  }

  /** It does not answer. */
  void silent() {
    silent = true;
    baseSeen = System.nanoTime();
  }

  /** It was reset. */
  void forget() {
    base = 0;
    silent = false;
  }

  /** Nanoseconds; never less than before, but for a reset. */
  long nanos() {
    if (clock == null) {
      return System.nanoTime();
    }
    return silent ? base + System.nanoTime() - baseSeen : base;
  }
}
