package io.apictck.junit;

import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.trace.Trace;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
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
  private volatile boolean abandoned;

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
      abandoned = true;
      GuardedPlatform open = platform;
      if (open != null) {
        open.abandon();
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
      if (abandoned) {
        open.close();
        throw new PlatformException("the platform was opened too late");
      }
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

  /**
   * Whether the hardware has a feature; found out with a machine of its own. On its thread only.
   */
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
      Worker closer = closer();
      closeOn(closer, open);
      closer.end();
    }
    worker.end();
  }

  /** The thread that closes it: not one that is stuck, since closing may be what frees it. */
  private Worker closer() {
    return abandoned ? new Worker("apictck-close") : worker;
  }

  private static void closeOn(Worker closer, GuardedPlatform open) {
    try {
      closer.call(
          () -> {
            open.close();
            return true;
          },
          CLOSING,
          CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable ignored) {
      // nothing more can be done for it, and its last test has its verdict
    }
  }
}
