package io.apictck.target.bochs;

import java.util.ArrayList;
import java.util.List;

/**
 * Lets machines rest that nobody talks to: Bochs is busy as long as it runs, so that a few machines
 * that wait for their next test would slow down the one that is tested.
 */
final class Rest {
  private static final long IDLE = 20_000_000;
  private static final Rest ALL = new Rest();

  private final List<Sleeper> sleepers = new ArrayList<>();

  /** A process that may rest. */
  static final class Sleeper {
    private final BochsProcess process;
    private boolean stopped;
    private volatile long used = System.nanoTime();

    Sleeper(BochsProcess process) {
      this.process = process;
    }

    /** It is being waited for. */
    void used() {
      used = System.nanoTime();
    }
  }

  private Rest() {}

  static Rest all() {
    return ALL;
  }

  synchronized Sleeper add(BochsProcess process) {
    Sleeper sleeper = new Sleeper(process);
    sleepers.add(sleeper);
    return sleeper;
  }

  synchronized void remove(Sleeper sleeper) {
    sleepers.remove(sleeper);
  }

  /** Something is wanted of this one; those that were not used for a while rest. */
  synchronized void wake(Sleeper wanted) {
    wanted.used();
    if (wanted.stopped) {
      wanted.stopped = false;
      Signals.proceed(wanted.process.pid());
    }
    for (Sleeper sleeper : sleepers) {
      if (!sleeper.stopped && wanted.used - sleeper.used > IDLE) {
        sleeper.stopped = true;
        Signals.stop(sleeper.process.pid());
      }
    }
  }
}
