package io.apictck.model.bus;

/** A device in the port space. */
public interface PortDevice {
  /**
   * Reads 1, 2 or 4 bytes.
   *
   * @return the value; bits above the width are ignored
   */
  int read(int port, int width);

  /** Writes the low 1, 2 or 4 bytes of {@code value}. */
  void write(int port, int width, int value);
}
