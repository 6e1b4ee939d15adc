package io.apictck.target.serial;

import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine that is there, and booted the agent by itself. */
final class DeviceHost implements SerialHost {
  private static final long SILENCE = 20_000_000;
  private static final long RESEND = 100_000_000;
  private static final long ABSENCE = 100_000_000;
  private static final int LIMIT = 0xFF;

  /** Who talks to a device: tests with different wishes share the one machine there. */
  private static final Map<Path, DeviceHost> OWNERS = new HashMap<>();

  private final Path device;
  private final PlatformDescription description;
  private @Nullable Line line;

  DeviceHost(Path device, PlatformDescription description) {
    this.device = device;
    this.description = description;
  }

  @Override
  public PlatformDescription description() {
    return description;
  }

  /** Only waits for it: nothing here can switch it on. */
  @Override
  public void restart() {
    wake();
  }

  @Override
  public void wake() {
    synchronized (OWNERS) {
      DeviceHost other = OWNERS.put(device, this);
      if (other != null && other != this) {
        other.hangUp();
      }
      if (line == null) {
        line = new DeviceLine(device);
      }
    }
  }

  private void hangUp() {
    if (line != null) {
      line.close();
      line = null;
    }
  }

  @Override
  public boolean resetsItself() {
    return true;
  }

  @Override
  public boolean resetsThroughFirmware() {
    return true;
  }

  @Override
  public Line line() {
    if (line == null) {
      throw new PlatformException("the line " + device + " is not open");
    }
    return line;
  }

  /** A machine behind a line shows nothing but what it sends. */
  @Override
  public void check() {}

  @Override
  public long silence() {
    return SILENCE;
  }

  @Override
  public long resend() {
    return RESEND;
  }

  @Override
  public long absence() {
    return ABSENCE;
  }

  @Override
  public int limit() {
    return LIMIT;
  }

  @Override
  public void close() {
    synchronized (OWNERS) {
      hangUp();
      OWNERS.remove(device, this);
    }
  }
}
