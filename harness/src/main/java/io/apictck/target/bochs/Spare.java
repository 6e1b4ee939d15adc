package io.apictck.target.bochs;

import io.apictck.platform.PlatformException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A process that is started ahead of its time, and stopped until it is wanted. */
final class Spare implements AutoCloseable {
  private static final int LIMIT_SECONDS = 15;

  private final Callable<BochsProcess> start;
  private @Nullable FutureTask<BochsProcess> next;

  Spare(Callable<BochsProcess> start) {
    this.start = start;
  }

  /** Starts one in the background. */
  void prepare() {
    FutureTask<BochsProcess> task =
        new FutureTask<>(() -> {
          BochsProcess process = start.call();
          Signals.stop(process.pid());
          return process;
        });
    next = task;
    Thread.ofPlatform().daemon().name("apictck-bochs-spare").start(task);
  }

  /** The one that was prepared, running; a new one if none was. */
  BochsProcess take() {
    FutureTask<BochsProcess> task = next;
    next = null;
    try {
      if (task == null) {
        return start.call();
      }
      BochsProcess process = task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      Signals.proceed(process.pid());
      return process;
    } catch (ExecutionException e) {
      throw new PlatformException("Bochs could not be started: " + e.getCause().getMessage(), e);
    } catch (PlatformException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while Bochs started", e);
    } catch (TimeoutException e) {
      throw new PlatformException("Bochs did not start within " + LIMIT_SECONDS + " s", e);
    } catch (Exception e) {
      throw new PlatformException("Bochs could not be started: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    FutureTask<BochsProcess> task = next;
    next = null;
    if (task != null) {
      try {
        task.get(LIMIT_SECONDS, TimeUnit.SECONDS).close();
      } catch (ExecutionException | CancellationException | TimeoutException e) {
        // there is none to close
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
