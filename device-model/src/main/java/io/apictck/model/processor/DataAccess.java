package io.apictck.model.processor;

/** How an instruction reads and writes data in memory. */
interface DataAccess {
  /** Reads 1, 2, 4 or 8 bytes, which {@link #value} gives; gives a {@link Fault}. */
  int read(Context context, long address, int width);

  /** Writes 1, 2, 4 or 8 bytes; gives a {@link Fault}. */
  int write(Context context, long address, int width, long value);

  /** What the last read found, zero-extended. */
  long value();
}
