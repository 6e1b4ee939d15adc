package io.apictck.target.agent;

/** Guest-physical memory as the harness reaches it. */
public interface GuestMemory {
  /** Reads 64 bits; atomic if the address is a multiple of eight. */
  long read64(long address);

  /** Writes 64 bits, after everything that was written before; atomic if aligned. */
  void write64(long address, long value);

  /** Writes bytes. */
  void write(long address, byte[] bytes);

  /** Fills with zeros. */
  void clear(long address, long size);

  /** What begins at {@code address} is not read any more: the block that wrote there is over. */
  default void release(long address) {}
}
