package io.apictck.target.qemu;

import io.apictck.platform.PlatformException;
import java.nio.file.Path;

/** The qtest protocol: accesses from outside of all processors, and input lines of devices. */
final class Qtest implements AutoCloseable {
  private final Replies replies;
  private final LineSocket socket;
  private final long limit;

  /**
   * Connects.
   *
   * @param startLimit how long connecting may take, in nanoseconds
   * @param limit how long an answer may take, in nanoseconds
   */
  Qtest(Path path, QemuProcess process, long startLimit, long limit) {
    this.limit = limit;
    this.replies = new Replies("qtest", process);
    this.socket = LineSocket.connect(path, process, startLimit, replies::received, replies::ended);
  }

  /** A 32-bit memory write that comes from no processor. */
  void write32(long address, int data) {
    run("writel 0x%x 0x%x".formatted(address, data));
  }

  /** Drives an input of the I/O APIC. */
  void line(int input, boolean high) {
    run("set_irq_in ioapic unnamed-gpio-in %d %d".formatted(input, high ? 1 : 0));
  }

  /** An 8-bit port write. */
  void out8(int port, int value) {
    run("outb 0x%x 0x%x".formatted(port, value));
  }

  /** A 32-bit port write. */
  void out32(int port, int value) {
    run("outl 0x%x 0x%x".formatted(port, value));
  }

  /** A 32-bit port read. */
  int in32(int port) {
    String reply = run("inl 0x%x".formatted(port));
    return Integer.parseUnsignedInt(reply.substring(reply.indexOf("0x") + 2).strip(), 16);
  }

  private String run(String command) {
    socket.send(command + "\n");
    String reply = replies.next(limit);
    if (!reply.startsWith("OK")) {
      throw new PlatformException("qemu refused \"" + command + "\": " + reply);
    }
    return reply;
  }

  @Override
  public void close() {
    socket.close();
  }
}
