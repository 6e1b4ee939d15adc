package io.apictck.chip;

import java.io.InputStream;
import java.io.OutputStream;

/** The two streams to a chip, and its end. */
interface ChipConnection extends AutoCloseable {
  /** What the chip says. */
  InputStream input();

  /** What is said to it. */
  OutputStream output();

  /** Cuts it off at once, so that a blocked read or write ends; by any thread. */
  void kill();

  /** How it ended, as in {@code it ended with exit code 1: cannot open}; waits a little for it. */
  String ending();

  /** Ends it: lets it go by itself first, for a moment. */
  @Override
  void close();
}
