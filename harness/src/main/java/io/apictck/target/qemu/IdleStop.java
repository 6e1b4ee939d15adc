package io.apictck.target.qemu;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Stops the processors of a machine that nobody uses for a while: they would poll for blocks, and
 * take the host's processors from the machine that is in use.
 */
final class IdleStop implements AutoCloseable {
  private static final long IDLE = TimeUnit.MILLISECONDS.toNanos(150);
  private static final ScheduledExecutorService TIMER = timer();

  private final Qmp qmp;
  private final ScheduledFuture<?> task;
  private volatile long lastUse = System.nanoTime();
  private volatile boolean stopped;
  private boolean closed;

  /** Watches a machine that runs. */
  IdleStop(Qmp qmp) {
    this.qmp = qmp;
    this.task = TIMER.scheduleWithFixedDelay(this::look, IDLE, IDLE, TimeUnit.NANOSECONDS);
  }

  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("apictck-qemu-idle").factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** It is used now: its processors run again. */
  void used() {
    lastUse = System.nanoTime();
    if (stopped) {
      go();
    }
  }

  private synchronized void go() {
    if (stopped) {
      qmp.go();
      stopped = false;
    }
  }

  private synchronized void look() {
    if (!closed && !stopped && System.nanoTime() - lastUse > IDLE) {
      stopped = true;
      qmp.stop();
    }
  }

  /** Watches no longer; what was stopped stays so. */
  @Override
  public synchronized void close() {
    closed = true;
    task.cancel(false);
  }
}
