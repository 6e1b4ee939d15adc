package io.apictck.target.qemu;

/**
 * Configuration space of a PCI function, reached from outside (PCI Local Bus Specification,
 * "Configuration Mechanism #1"); the address register is left as software wrote it.
 */
final class QtestConfig {
  private static final int ADDRESS = 0xCF8;
  private static final int DATA = 0xCFC;
  private static final int ENABLE = 0x8000_0000;

  private final Qtest qtest;
  private final int function;

  QtestConfig(Qtest qtest, int requesterId) {
    this.qtest = qtest;
    this.function = ENABLE | requesterId << 8;
  }

  int read32(int offset) {
    int address = select(offset);
    int value = qtest.in32(DATA);
    qtest.out32(ADDRESS, address);
    return value;
  }

  void write32(int offset, int value) {
    int address = select(offset);
    qtest.out32(DATA, value);
    qtest.out32(ADDRESS, address);
  }

  void write8(int offset, int value) {
    int address = select(offset);
    qtest.out8(DATA + (offset & 3), value);
    qtest.out32(ADDRESS, address);
  }

  private int select(int offset) {
    int old = qtest.in32(ADDRESS);
    qtest.out32(ADDRESS, function | (offset & 0xFC));
    return old;
  }
}
