package io.apictck.target.qemu;

/**
 * QEMU's function {@code edu}: it interrupts when a register of its BAR 0 is written, by its pin or
 * by MSI. Tests leave its BAR alone, so it has a place only while it is driven.
 */
final class EduFunction {
  /** Device on bus 0. */
  static final int DEVICE = 4;

  static final int REQUESTER_ID = DEVICE << 3;

  private static final int COMMAND = 4;
  private static final int MEMORY_SPACE = 2;
  private static final int BAR_0 = 0x10;
  private static final int WINDOW = 0xFE00_0000;
  private static final int RAISE = 0x60;
  private static final int ACKNOWLEDGE = 0x64;

  private boolean pending;

  void reset() {
    pending = false;
  }

  /** Makes its condition true or false. */
  void interrupt(Qtest qtest, boolean now) {
    if (now == pending) {
      return;
    }
    QtestConfig config = new QtestConfig(qtest, REQUESTER_ID);
    int bar = config.read32(BAR_0);
    // the status register above it has bits that writing 1 clears
    int command = config.read32(COMMAND) & 0xFFFF;
    config.write32(BAR_0, WINDOW);
    config.write32(COMMAND, command | MEMORY_SPACE);
    qtest.write32(Integer.toUnsignedLong(WINDOW) + (now ? RAISE : ACKNOWLEDGE), 1);
    config.write32(COMMAND, command);
    config.write32(BAR_0, bar);
    pending = now;
  }
}
