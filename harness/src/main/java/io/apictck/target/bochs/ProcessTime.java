package io.apictck.target.bochs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How long a process ran on a processor; wall-clock time where the system does not tell. */
final class ProcessTime {
  private volatile Path file = Path.of("/proc/self/nothing");

  /** From now on it is about this process. */
  void follow(long pid) {
    file = Path.of("/proc/" + pid + "/schedstat");
  }

  /** Nanoseconds; only differences count. */
  long nanos() {
    try {
      String text = Files.readString(file, StandardCharsets.US_ASCII);
      return Long.parseLong(text.substring(0, text.indexOf(' ')));
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      return System.nanoTime();
    }
  }
}
