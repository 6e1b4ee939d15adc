package io.apictck.model.bus;

import java.util.List;

/**
 * The 64 KiB of I/O ports (Intel SDM Vol. 1, "I/O Port Addressing").
 *
 * <p>Supported: devices with a range of ports each. An access goes whole to the device that decodes
 * its first port; ports that nobody decodes read as ones and forget what is written. Not supported:
 * an access that two devices share.
 */
public final class PortSpace {
  private static final int PORT = 0xFFFF;

  private final List<PortRange> ranges;

  /** Ports with the given devices; the first one that decodes a port has it. */
  public PortSpace(List<PortRange> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /** Reads 1, 2 or 4 bytes, zero-extended. */
  public long read(int port, int width) {
    long mask = mask(width);
    for (PortRange range : ranges) {
      if (range.contains(port & PORT)) {
        return range.device().read(port & PORT, width) & mask;
      }
    }
    return mask;
  }

  /** Writes 1, 2 or 4 bytes. */
  public void write(int port, int width, int value) {
    int valueOfWidth = (int) (value & mask(width));
    for (PortRange range : ranges) {
      if (range.contains(port & PORT)) {
        range.device().write(port & PORT, width, valueOfWidth);
        return;
      }
    }
  }

  private static long mask(int width) {
    if (width != 1 && width != 2 && width != 4) {
      throw new IllegalArgumentException("a port access is 1, 2 or 4 bytes wide, not " + width);
    }
    return 0xFFFF_FFFFL >>> (32 - 8 * width);
  }
}
