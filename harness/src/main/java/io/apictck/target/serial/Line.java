package io.apictck.target.serial;

/** A line of bytes to a machine and back. */
public interface Line extends AutoCloseable {
  /**
   * Sends bytes.
   *
   * @throws io.apictck.platform.PlatformException if the line is broken
   */
  void write(byte[] bytes);

  /**
   * Reads what is there, or waits until something is.
   *
   * @param into where the bytes go
   * @param nanos how long it waits, rounded up to milliseconds
   * @return how many bytes came; 0 if none did
   * @throws io.apictck.platform.PlatformException if the line is broken, or the other side closed
   *     it
   */
  int read(byte[] into, long nanos);

  @Override
  void close();
}
