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

  /**
   * A mailbox will be read.
   *
   * @param cpu its processor
   * @param address that of a guest of the processor
   */
  default void openMailbox(int cpu, long address) {}

  /** The processor may halt before the block whose flag is at {@code address} ends. */
  default void mayHalt(long address) {}

  /** What begins at {@code address} is not read any more: the block that wrote there is over. */
  default void release(long address) {}
}
