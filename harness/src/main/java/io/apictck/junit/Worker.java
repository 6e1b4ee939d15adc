package io.apictck.junit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The one thread that uses a platform. Callers wait for it no longer than they want to. */
final class Worker {
  private static final Duration GRACE = Duration.ofMillis(200);

  private final ExecutorService executor;

  Worker(String name) {
    executor = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /**
   * Runs a task and waits for it.
   *
   * @throws TimeLimitException if it takes longer than {@code limit}; the task is interrupted
   * @throws Throwable what the task throws
   */
  <T> T call(Callable<T> task, Duration limit, Duration stated) throws Throwable {
    Future<T> future = executor.submit(task);
    try {
      return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause();
    } catch (TimeoutException e) {
      throw new TimeLimitException(stated);
    }
  }

  /** Interrupts the thread, and lets it end if it can. */
  void abandon() throws InterruptedException {
    executor.shutdownNow();
    boolean ignored = executor.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets no new task begin. */
  void end() {
    executor.shutdown();
  }
}
