package io.apictck.model.vtd;

import io.apictck.model.lapic.InterruptMessage;

/** What a remapping unit sees of the machine. */
public interface RemappingWorld {
  /** Whether all of these bytes are memory that can be read. */
  boolean isReadable(long address, int length);

  /** Whether all of these bytes are memory that can be written, too. */
  boolean isWritable(long address, int length);

  /** Reads 4 or 8 bytes of memory, zero-extended. */
  long read(long address, int width);

  /** Writes the low 4 or 8 bytes of {@code value} to memory. */
  void write(long address, int width, long value);

  /**
   * Sends a message to the local APICs.
   *
   * @return whether one accepted it
   */
  boolean send(InterruptMessage message);
}
