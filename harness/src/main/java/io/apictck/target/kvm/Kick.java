package io.apictck.target.kvm;

import io.apictck.platform.PlatformException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Ends KVM_RUN from outside: a timer sends a signal to the thread that runs the processors. The
 * thread blocks the signal; KVM lets it through while a processor runs, so no handler is needed.
 */
final class Kick implements AutoCloseable {
  private static final int SIGNAL = 40;
  private static final int SIGEV_THREAD_ID = 4;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int SIGSET_SIZE = 128;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment signals = arena.allocate(SIGSET_SIZE, 8);
  private final MemorySegment noTime = arena.allocate(16, 8);
  private final MemorySegment span = arena.allocate(32, 8);
  private final MemorySegment mask = arena.allocate(16, 8);
  private final long timer;

  /** For the thread that calls it. */
  Kick() {
    signals.set(ValueLayout.JAVA_LONG, 0, 1L << (SIGNAL - 1));
    Libc.block(signals);
    MemorySegment event = arena.allocate(64, 8);
    event.set(ValueLayout.JAVA_INT, 8, SIGNAL);
    event.set(ValueLayout.JAVA_INT, 12, SIGEV_THREAD_ID);
    event.set(ValueLayout.JAVA_INT, 16, Libc.gettid());
    MemorySegment id = arena.allocate(8, 8);
    if (Libc.timerCreate(CLOCK_MONOTONIC, event, id) != 0) {
      arena.close();
      throw new PlatformException("kvm: no timer, errno " + Libc.errno());
    }
    timer = id.get(ValueLayout.JAVA_LONG, 0);
    // struct kvm_signal_mask: a length and no signal
    mask.set(ValueLayout.JAVA_INT, 0, 8);
  }

  /** A struct kvm_signal_mask that blocks nothing while a processor runs. */
  long mask() {
    return mask.address();
  }

  /** Ends the running processor's slice after this time at the latest. */
  void after(long nanos) {
    span.set(ValueLayout.JAVA_LONG, 24, nanos);
    Libc.timerSettime(timer, span);
  }

  /** Ends the next slice before it begins. */
  void now() {
    Libc.raise(SIGNAL);
  }

  /** No signal comes any more: one that came when the thread is gone would end the JVM. */
  void disarm() {
    after(0);
  }

  /** Takes the signal that came, if it did. */
  void consume() {
    Libc.sigtimedwait(signals, noTime);
  }

  @Override
  public void close() {
    Libc.timerDelete(timer);
    arena.close();
  }
}
