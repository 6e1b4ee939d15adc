package io.apictck.model.pci;

import io.apictck.arch.PciRegister;
import java.util.Arrays;

/**
 * The 256 bytes of configuration space of a function: each bit is read-only or writable (PCI Local
 * Bus Specification, "Configuration Space Organization").
 *
 * <p>Supported: accesses of 1, 2 and 4 bytes. What bits do is the business of those who defined
 * them. Not supported: bits that are cleared by writing ones, extended configuration space.
 */
final class ConfigurationSpace {
  private final byte[] initial = new byte[PciRegister.CONFIG_SIZE];
  private final byte[] writable = new byte[PciRegister.CONFIG_SIZE];
  private final byte[] values = new byte[PciRegister.CONFIG_SIZE];

  /** Defines a register: its value after reset, and the bits of it that software can change. */
  void define(int offset, int width, int value, int writableBits) {
    for (int i = 0; i < width; i++) {
      initial[offset + i] = (byte) (value >>> (Byte.SIZE * i));
      writable[offset + i] = (byte) (writableBits >>> (Byte.SIZE * i));
      values[offset + i] = initial[offset + i];
    }
  }

  /** Every register has its initial value. */
  void reset() {
    System.arraycopy(initial, 0, values, 0, values.length);
  }

  /** Zero-extended. */
  int read(int offset, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (values[offset + i] & 0xFF) << (Byte.SIZE * i);
    }
    return value;
  }

  /** A write of software: read-only bits stay as they are. */
  void write(int offset, int width, int value) {
    for (int i = 0; i < width; i++) {
      int bits = writable[offset + i];
      int written = value >>> (Byte.SIZE * i);
      values[offset + i] = (byte) ((values[offset + i] & ~bits) | (written & bits));
    }
  }

  /** A change by the function itself: all bits. */
  void set(int offset, int width, int value) {
    for (int i = 0; i < width; i++) {
      values[offset + i] = (byte) (value >>> (Byte.SIZE * i));
    }
  }

  boolean has(int offset, int width, int bits) {
    return (read(offset, width) & bits) != 0;
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
