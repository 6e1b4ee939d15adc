package io.apictck.target.qemu;

import io.apictck.platform.PlatformException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A connection over which lines of text go both ways. */
final class LineSocket implements AutoCloseable {
  private final SocketChannel channel;
  private final QemuProcess process;

  private LineSocket(SocketChannel channel, QemuProcess process) {
    this.channel = channel;
    this.process = process;
  }

  /**
   * Connects to a socket that a process makes soon.
   *
   * @param limit nanoseconds
   * @param received is told of each line, on a thread of its own
   * @param ended is told of the end, there too
   */
  static LineSocket connect(
      Path path, QemuProcess process, long limit, Consumer<String> received, Runnable ended) {
    long end = System.nanoTime() + limit;
    while (true) {
      try {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
          channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
          channel.close();
          throw e;
        }
        LineSocket socket = new LineSocket(channel, process);
        Thread.ofPlatform()
            .daemon()
            .name("apictck-qemu-" + path.getFileName())
            .start(() -> socket.listen(received, ended));
        return socket;
      } catch (IOException e) {
        if (!process.isAlive()) {
          throw new PlatformException(process.ending(), e);
        }
        if (System.nanoTime() > end) {
          throw new PlatformException("qemu did not start in time", e);
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      if (Thread.currentThread().isInterrupted()) {
        throw new PlatformException("interrupted while QEMU was started");
      }
    }
  }

  private void listen(Consumer<String> received, Runnable ended) {
    try (BufferedReader in =
        new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        received.accept(line);
      }
    } catch (IOException e) {
      // closed on one side or the other
    } finally {
      ended.run();
    }
  }

  /** Sends text as it is. */
  void send(String text) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new PlatformException(process.ending(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // nothing is lost
    }
  }
}
