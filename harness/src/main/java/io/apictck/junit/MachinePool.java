package io.apictck.junit;

import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The platforms of a run. Each is lent to one test at a time. */
final class MachinePool implements AutoCloseable {
  /**
   * How many platforms are kept for later tests. Mutation testing keeps none, so that each mutant
   * also builds its machines.
   */
  private static final int MAX_IDLE = Integer.getInteger("apictck.idle.machines", 16);

  private final String name;
  private final Function<MachineRequest, Platform> opener;
  private final Deque<PooledPlatform> idle = new ArrayDeque<>();
  private int opened;
  private boolean closed;

  MachinePool(String name, Function<MachineRequest, Platform> opener) {
    this.name = name;
    this.opener = opener;
  }

  /** A platform for a request: an idle one, or a new one that is not open yet. */
  synchronized PooledPlatform borrow(MachineRequest request) {
    if (closed) {
      throw new IllegalStateException("the run is over: there are no machines any more");
    }
    PooledPlatform found = null;
    for (PooledPlatform platform : idle) {
      if (platform.request().equals(request)) {
        found = platform;
      }
    }
    if (found != null) {
      idle.remove(found);
      return found;
    }
    return new PooledPlatform("apictck-" + name + "-" + ++opened, request, opener);
  }

  /** Takes a platform back. */
  void release(PooledPlatform platform) {
    PooledPlatform surplus = keep(platform);
    if (surplus != null) {
      surplus.close();
    }
  }

  /** Keeps the platform; gives the one that is too much then, or null. */
  private synchronized @Nullable PooledPlatform keep(PooledPlatform platform) {
    if (closed) {
      return platform;
    }
    idle.addLast(platform);
    return idle.size() > MAX_IDLE ? idle.removeFirst() : null;
  }

  /** Closes all idle platforms, and later those that are still lent. */
  @Override
  public void close() {
    List<PooledPlatform> closing;
    synchronized (this) {
      closed = true;
      closing = new ArrayList<>(idle);
      idle.clear();
    }
    closing.forEach(PooledPlatform::close);
  }
}
