package io.apictck.target.serial;

import io.apictck.platform.PlatformException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import jdk.net.ExtendedSocketOptions;

/**
 * A serial line that an emulator offers as a TCP connection.
 *
 * <p>Emulators write byte by byte and leave Nagle's algorithm on: it waits for our acknowledgement,
 * which the kernel delays for 40 ms unless it is asked not to, again after each write and each
 * read.
 */
public final class SocketLine implements Line {
  private static final long MILLI = 1_000_000;

  private final Socket socket;
  private final boolean quick;
  private int timeout;

  /** Takes over a connected socket. */
  public SocketLine(Socket socket) {
    this.socket = socket;
    this.quick = socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
    try {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      acknowledgeAtOnce();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  @Override
  public void write(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      acknowledgeAtOnce();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  @Override
  public int read(byte[] into, long nanos) {
    try {
      waitFor((int) Math.max(1, (nanos + MILLI - 1) / MILLI));
      int count = socket.getInputStream().read(into);
      if (count < 0) {
        throw new PlatformException("the machine closed its serial line");
      }
      acknowledgeAtOnce();
      return count;
    } catch (SocketTimeoutException e) {
      return 0;
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private void waitFor(int millis) throws IOException {
    if (millis != timeout) {
      socket.setSoTimeout(millis);
      timeout = millis;
    }
  }

  private void acknowledgeAtOnce() throws IOException {
    if (quick) {
      socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
    }
  }

  private static PlatformException broken(IOException e) {
    return new PlatformException("the serial line broke: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException ignored) {
      // nothing is lost with it
    }
  }
}
