package io.apictck.target.qemu;

import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Lines that a connection received, in order; waiting for one is bounded. */
final class Replies {
  private static final String END = "\0";

  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final String from;
  private final QemuProcess process;

  Replies(String from, QemuProcess process) {
    this.from = from;
    this.process = process;
  }

  void received(String line) {
    lines.add(line);
  }

  void ended() {
    lines.add(END);
  }

  /**
   * The next line.
   *
   * @param limit nanoseconds
   */
  String next(long limit) {
    String line;
    try {
      line = lines.poll(limit, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformTimeoutException("interrupted while waiting for " + from);
    }
    if (line == null) {
      throw new PlatformTimeoutException(
          from + " did not answer within " + TimeUnit.NANOSECONDS.toMillis(limit) + " ms");
    }
    if (line.equals(END)) {
      lines.add(END);
      // only a process that ends ends a connection
      throw new PlatformException(process.ending());
    }
    return line;
  }
}
