package io.apictck.target.serial;

import io.apictck.platform.PlatformException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A serial port or pseudo-terminal of this computer. A thread of its own reads it, so that no wait
 * is longer than it should be.
 */
public final class DeviceLine implements Line {
  private static final long STTY_SECONDS = 5;
  private static final int SIZE = 0x1_0000;

  private final Path device;
  private final OutputStream out;
  private final byte[] buffer = new byte[SIZE];
  private int filled;
  private @Nullable IOException broken;
  private volatile boolean closed;

  /**
   * Opens a device and sets it to 115200 baud, 8N1, without any processing of characters.
   *
   * @throws PlatformException if it is not there or is no terminal
   */
  public DeviceLine(Path device) {
    this.device = device;
    if (!Files.exists(device)) {
      throw new PlatformException("there is no device " + device);
    }
    // a read ends after 0.1 s, so that the thread sees that the line is closed
    stty("raw", "-echo", "cs8", "-cstopb", "-parenb", "clocal", "cread", "-crtscts", "115200");
    stty("min", "0", "time", "1");
    try {
      out = new FileOutputStream(device.toFile());
      InputStream in = new FileInputStream(device.toFile());
      Thread.ofPlatform().daemon().name("apictck-line").start(() -> pump(in));
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private void stty(String... settings) {
    List<String> command = new ArrayList<>(List.of("stty", "-F", device.toString()));
    command.addAll(List.of(settings));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(STTY_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new PlatformException("stty did not end for " + device);
      }
      if (process.exitValue() != 0) {
        throw new PlatformException(device + " is no serial port: stty refused it");
      }
    } catch (IOException e) {
      throw broken(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while " + device + " was opened", e);
    }
  }

  private void pump(InputStream in) {
    byte[] bytes = new byte[0x1000];
    try (in) {
      while (!closed) {
        int count = in.read(bytes);
        if (count > 0) {
          take(bytes, count);
        }
      }
    } catch (IOException e) {
      fail(e);
    }
  }

  private synchronized void take(byte[] bytes, int count) {
    // what does not fit is lost, as on any line; frames are sent again
    int room = Math.min(count, SIZE - filled);
    System.arraycopy(bytes, 0, buffer, filled, room);
    filled += room;
    notifyAll();
  }

  private synchronized void fail(IOException e) {
    broken = e;
    notifyAll();
  }

  @Override
  public void write(byte[] bytes) {
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  @Override
  public synchronized int read(byte[] into, long nanos) {
    long end = System.nanoTime() + nanos;
    try {
      for (long left = nanos; filled == 0 && left > 0; left = end - System.nanoTime()) {
        if (broken != null) {
          throw broken(broken);
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    int count = Math.min(into.length, filled);
    System.arraycopy(buffer, 0, into, 0, count);
    System.arraycopy(buffer, count, buffer, 0, filled - count);
    filled -= count;
    return count;
  }

  private PlatformException broken(IOException e) {
    return new PlatformException("the line " + device + " broke: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    closed = true;
    try {
      out.close();
    } catch (IOException ignored) {
      // nothing is lost with it
    }
  }
}
