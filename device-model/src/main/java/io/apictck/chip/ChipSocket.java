package io.apictck.chip;

import io.apictck.platform.PlatformException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;

/** A chip that listens on a Unix domain socket: each connection is a machine. */
final class ChipSocket implements ChipConnection {
  private final String path;
  private final SocketChannel channel;
  private final InputStream input;
  private final OutputStream output;

  private ChipSocket(String path, SocketChannel channel) {
    this.path = path;
    this.channel = channel;
    input = Channels.newInputStream(channel);
    output = Channels.newOutputStream(channel);
  }

  static ChipSocket connect(String path) {
    try {
      return new ChipSocket(path, SocketChannel.open(UnixDomainSocketAddress.of(path)));
    } catch (IOException | IllegalArgumentException e) {
      throw new PlatformException(
          "no chip can be reached at %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void kill() {
    try {
      channel.close();
    } catch (IOException e) {
      // it is gone
    }
  }

  @Override
  public String ending() {
    return "it closed the connection at " + path;
  }

  @Override
  public void close() {
    kill();
  }
}
