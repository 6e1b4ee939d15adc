package io.apictck.target.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The few functions of the C library that a VMM needs. */
@SuppressWarnings("restricted") // native calls
final class Libc {
  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x80000;
  static final int PROT_READ_WRITE = 3;
  static final int MAP_SHARED = 1;
  static final int MAP_ANONYMOUS = 0x20;
  static final int MADV_DONTNEED = 4;
  static final int MADV_REMOVE = 9;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ThreadLocal<MemorySegment> STATES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle IOCTL =
      handle(
          "ioctl", FunctionDescriptor.of(INT, INT, LONG, LONG), Linker.Option.firstVariadicArg(2));
  private static final MethodHandle MMAP =
      handle("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));
  private static final MethodHandle MUNMAP =
      handle("munmap", FunctionDescriptor.of(INT, LONG, LONG));
  private static final MethodHandle MADVISE =
      handle("madvise", FunctionDescriptor.of(INT, LONG, LONG, INT));
  private static final MethodHandle GETTID = handle("gettid", FunctionDescriptor.of(INT));
  private static final MethodHandle SIGMASK =
      handle(
          "pthread_sigmask",
          FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
  private static final MethodHandle RAISE = handle("raise", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle SIGTIMEDWAIT =
      handle(
          "sigtimedwait",
          FunctionDescriptor.of(
              INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
  private static final MethodHandle TIMER_CREATE =
      handle(
          "timer_create",
          FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
  private static final MethodHandle TIMER_SETTIME =
      handle(
          "timer_settime",
          FunctionDescriptor.of(INT, LONG, INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
  private static final MethodHandle TIMER_DELETE =
      handle("timer_delete", FunctionDescriptor.of(INT, LONG));

  private Libc() {}

  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker.Option[] all = new Linker.Option[options.length + 1];
    System.arraycopy(options, 0, all, 0, options.length);
    all[options.length] = CAPTURE;
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, all);
  }

  /** The error number of this thread's last call that failed. */
  static int errno() {
    return (int) ERRNO.get(STATES.get(), 0L);
  }

  static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) OPEN.invokeExact(STATES.get(), arena.allocateFrom(path), flags);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int close(int fd) {
    try {
      return (int) CLOSE.invokeExact(STATES.get(), fd);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int ioctl(int fd, long request, long argument) {
    try {
      return (int) IOCTL.invokeExact(STATES.get(), fd, request, argument);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Maps memory; gives a negative address if it cannot. */
  static long mmap(long length, int protection, int flags, int fd) {
    try {
      return (long) MMAP.invokeExact(STATES.get(), 0L, length, protection, flags, fd, 0L);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int munmap(long address, long length) {
    try {
      return (int) MUNMAP.invokeExact(STATES.get(), address, length);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int madvise(long address, long length, int advice) {
    try {
      return (int) MADVISE.invokeExact(STATES.get(), address, length, advice);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int gettid() {
    try {
      return (int) GETTID.invokeExact(STATES.get());
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Adds a set of signals to those that are blocked on this thread. */
  static int block(MemorySegment signals) {
    try {
      return (int) SIGMASK.invokeExact(STATES.get(), 0, signals, MemorySegment.NULL);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Sends a signal to this thread. */
  static int raise(int signal) {
    try {
      return (int) RAISE.invokeExact(STATES.get(), signal);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int sigtimedwait(MemorySegment signals, MemorySegment timeout) {
    try {
      return (int) SIGTIMEDWAIT.invokeExact(STATES.get(), signals, MemorySegment.NULL, timeout);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int timerCreate(int clock, MemorySegment event, MemorySegment timer) {
    try {
      return (int) TIMER_CREATE.invokeExact(STATES.get(), clock, event, timer);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int timerSettime(long timer, MemorySegment value) {
    try {
      return (int) TIMER_SETTIME.invokeExact(STATES.get(), timer, 0, value, MemorySegment.NULL);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static int timerDelete(long timer) {
    try {
      return (int) TIMER_DELETE.invokeExact(STATES.get(), timer);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
