package io.apictck.model.bus;

import io.apictck.arch.MessageAddress;
import io.apictck.model.chipset.Chipset;

/**
 * Who decodes an access (Intel SDM Vol. 3A, "Relocating the Local APIC Registers"; Vol. 1, "I/O
 * Port Addressing").
 *
 * <p>Supported: the register pages of the chipset come first, as the accessing processor sees them,
 * then memory, then nobody. An access goes whole to the chipset if the chipset decodes its first
 * byte; otherwise memory has all of it. An upstream write into the message range is an interrupt
 * message.
 *
 * <p>Not supported: caching, write combining, split locks, upstream writes to register pages (they
 * vanish), interrupt messages by stores of a processor (they vanish outside of the register pages).
 */
public final class SystemBus {
  private final Chipset chipset;
  private final Memory memory;

  /** A bus with these two on it. */
  public SystemBus(Chipset chipset, Memory memory) {
    this.chipset = chipset;
    this.memory = memory;
  }

  /** Power-on state of memory. */
  public void reset() {
    memory.clear();
  }

  /** Reads 1, 2 or 4 bytes of a port for a processor, zero-extended. */
  public long in(int cpu, int port, int width) {
    return chipset.in(cpu, port, width);
  }

  /** Writes 1, 2 or 4 bytes to a port for a processor. */
  public void out(int cpu, int port, int width, int value) {
    chipset.out(cpu, port, width, value);
  }

  /** Reads 1, 2, 4 or 8 bytes for a processor, zero-extended. */
  public long read(int cpu, long address, int width) {
    return chipset.decodes(cpu, address)
        ? chipset.read(cpu, address, width)
        : memory.read(address, width);
  }

  /** Writes 1, 2, 4 or 8 bytes for a processor. */
  public void write(int cpu, long address, int width, long value) {
    if (chipset.decodes(cpu, address)) {
      chipset.write(cpu, address, width, value);
    } else {
      memory.write(address, width, value);
    }
  }

  /**
   * Copies bytes upwards for a processor, as far as nothing but memory is touched, but at least one
   * byte.
   *
   * @param length how many bytes at most, from 1
   * @return how many bytes were copied, from 1
   */
  public int copy(int cpu, long destination, long source, long length) {
    // register pages are whole pages: a look at the first byte answers for the rest of the page
    if (length == 1 || chipset.decodes(cpu, destination) || chipset.decodes(cpu, source)) {
      write(cpu, destination, 1, read(cpu, source, 1));
      return 1;
    }
    return memory.copy(destination, source, length);
  }

  /** Whether all of these bytes are memory that the chipset can read. */
  public boolean isReadable(long address, int length) {
    return memory.isReadable(address, length);
  }

  /** Whether all of these bytes are memory that the chipset can write. */
  public boolean isWritable(long address, int length) {
    return memory.isWritable(address, length);
  }

  /** Reads memory past the register pages. */
  public long readMemory(long address, int width) {
    return memory.read(address, width);
  }

  /** Writes memory past the register pages. */
  public void writeMemory(long address, int width, long value) {
    memory.write(address, width, value);
  }

  /** A four-byte write of a PCI function. */
  public void deviceWrite(int requesterId, long address, int data) {
    if (MessageAddress.contains(address)) {
      chipset.message(requesterId, address, data);
    } else {
      memory.write(address, 4, data);
    }
  }
}
