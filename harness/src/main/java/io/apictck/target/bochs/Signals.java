package io.apictck.target.bochs;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** Stops and continues processes, where the numbers of these signals are known. */
final class Signals {
  private static final int CONTINUE = 18;
  private static final int STOP = 19;
  private static final @Nullable MethodHandle KILL = kill();

  private Signals() {}

  @SuppressWarnings("restricted") // kill(2) takes two numbers
  private static @Nullable MethodHandle kill() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("kill")
        .map(address ->
            linker.downcallHandle(
                address,
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)))
        .orElse(null);
  }

  static void stop(long pid) {
    send(pid, STOP);
  }

  static void proceed(long pid) {
    send(pid, CONTINUE);
  }

  private static void send(long pid, int signal) {
    if (KILL == null) {
      return;
    }
    try {
      int ignored = (int) KILL.invokeExact((int) pid, signal);
    } catch (Throwable e) {
      throw new IllegalStateException("kill", e);
    }
  }
}
