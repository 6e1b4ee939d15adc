package io.apictck.junit;

import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.trace.Trace;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A platform that tests borrow one after the other, with the thread that uses it and what was found
 * out about it. It is opened by its first test.
 */
final class PooledPlatform {
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final MachineRequest request;
  private final Function<MachineRequest, Platform> opener;
  private final Worker worker;
  private final Map<Feature, Boolean> features = new EnumMap<>(Feature.class);
  private volatile @Nullable GuardedPlatform platform;
  private volatile @Nullable AdapterFaultException fault;

  PooledPlatform(String name, MachineRequest request, Function<MachineRequest, Platform> opener) {
    this.request = request;
    this.opener = opener;
    this.worker = new Worker(name);
  }

  MachineRequest request() {
    return request;
  }

  /** Runs a task on its thread; a platform over the bound is abandoned. */
  <T> T call(Callable<T> task, Duration left, Duration stated) throws Throwable {
    try {
      return worker.call(task, left, stated);
    } catch (TimeLimitException | InterruptedException e) {
      GuardedPlatform abandoned = platform;
      if (abandoned != null) {
        abandoned.abandon();
      }
      worker.abandon();
      throw e;
    }
  }

  /** The open, checked platform; on its thread only. */
  Platform open() {
    GuardedPlatform open = platform;
    if (open == null) {
      open = new GuardedPlatform(opener.apply(request));
      platform = open;
      try {
        AdapterSelfCheck.check(open, request);
      } catch (AdapterFaultException e) {
        fault = e;
      }
    }
    if (fault != null) {
      throw new AdapterFaultException(fault.getMessage());
    }
    return open;
  }

  /** What it says of itself; null before it is open. */
  @Nullable PlatformDescription description() {
    GuardedPlatform open = platform;
    return open == null ? null : open.description();
  }

  /** Whether the self-check found its adapter at fault: then all its tests end the same way. */
  boolean faulty() {
    return fault != null;
  }

  /** Whether the hardware has a feature; found out with a machine of its own. On its thread only. */
  boolean has(Feature feature) {
    return features.computeIfAbsent(feature, this::probe);
  }

  private boolean probe(Feature feature) {
    Machine machine = new Machine(open(), new Trace());
    machine.reset();
    return machine.features().has(feature);
  }

  /** Closes it; waits a few seconds at most. */
  void close() {
    GuardedPlatform open = platform;
    if (open != null) {
      closeWithin(open, CLOSING);
    }
    worker.end();
  }

  private void closeWithin(GuardedPlatform open, Duration limit) {
    // not on the worker: that may be stuck in the platform, and closing it is what ends it
    CountDownLatch closed = new CountDownLatch(1);
    Thread.ofPlatform()
        .daemon()
        .name("apictck-close")
        .start(
            () -> {
              try {
                open.close();
              } finally {
                closed.countDown();
              }
            });
    try {
      boolean ignored = closed.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
