package io.apictck.reports.run;

import io.apictck.junit.ResultListener;
import io.apictck.junit.TestResult;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Says on the standard error how far a run is: in one line that changes if that is a terminal, else
 * in a line now and then if the run takes longer than two seconds.
 */
final class Progress implements ResultListener {
  private static final long QUIET = 2_000_000_000L;
  private static final long LINE_INTERVAL = 10_000_000_000L;
  private static final long LIVE_INTERVAL = 100_000_000L;
  private static final int WIDTH = 79;

  private final PrintWriter err;
  private final boolean live;
  private final int total;
  private final LongSupplier clock;
  private final long began;
  private long next;
  private int done;
  private int unexpected;
  private boolean shown;

  Progress(PrintWriter err, boolean live, int total, LongSupplier clock) {
    this.err = err;
    this.live = live;
    this.total = total;
    this.clock = clock;
    this.began = clock.getAsLong();
    this.next = began + (live ? 0 : QUIET);
  }

  @Override
  public synchronized void testFinished(TestResult result) {
    done++;
    if (!result.expected()) {
      unexpected++;
    }
    long now = clock.getAsLong();
    if (now >= next) {
      show(line(result.testClass().getSimpleName()));
      next = now + (live ? LIVE_INTERVAL : LINE_INTERVAL);
    }
  }

  private String line(String current) {
    long seconds = (clock.getAsLong() - began) / 1_000_000_000L;
    return String.format(
        Locale.ROOT,
        "%d/%d tests, %d unexpected, %d s, %s",
        done,
        Math.max(total, done),
        unexpected,
        seconds,
        current);
  }

  private void show(String line) {
    String cut = line.length() > WIDTH ? line.substring(0, WIDTH) : line;
    if (live) {
      err.print("\r" + cut + " ".repeat(WIDTH - cut.length()));
    } else {
      err.println(cut);
    }
    err.flush();
    shown = true;
  }

  /** Says what goes on apart from tests. */
  synchronized void say(String what) {
    if (live || clock.getAsLong() - began > QUIET) {
      show(what);
    }
  }

  /** Takes the changing line away. */
  synchronized void end() {
    if (live && shown) {
      err.print("\r" + " ".repeat(WIDTH) + "\r");
      err.flush();
    }
  }
}
