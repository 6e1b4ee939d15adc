package io.apictck.target.serial;

import java.io.ByteArrayOutputStream;

/** A list of operations on guest memory, as frames carry it. */
final class Operations {
  private static final int WRITE = 1;
  private static final int CLEAR = 2;
  private static final int RESET = 4;
  private static final int READ = 16;
  private static final int STATE = 17;
  private static final int MAX_PIECE = 0xFF;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

  boolean isEmpty() {
    return out.size() == 0;
  }

  int size() {
    return out.size();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  void forget() {
    out.reset();
  }

  /** Writes bytes; eight of them at once. */
  Operations write(long address, byte[] bytes) {
    for (int from = 0; from < bytes.length; from += MAX_PIECE) {
      int length = Math.min(MAX_PIECE, bytes.length - from);
      operation(WRITE, address + from);
      out.write(length);
      out.write(bytes, from, length);
    }
    return this;
  }

  Operations write64(long address, long value) {
    operation(WRITE, address);
    out.write(Long.BYTES);
    dword((int) value);
    dword((int) (value >>> 32));
    return this;
  }

  Operations clear(long address, long size) {
    operation(CLEAR, address);
    dword((int) size);
    return this;
  }

  /** Resets the machine; the answer comes after that. */
  Operations reset() {
    operation(RESET, 0);
    return this;
  }

  /** Asks for 64-bit words. */
  Operations read(long address, int words) {
    for (int from = 0; from < words; from += MAX_PIECE) {
      operation(READ, address + (long) from * Long.BYTES);
      out.write(Math.min(MAX_PIECE, words - from));
    }
    return this;
  }

  /** Asks what a processor does, and for its events from number {@code told} on. */
  Operations state(int cpu, long told) {
    out.write(STATE);
    out.write(cpu);
    out.write((int) told);
    return this;
  }

  private void operation(int code, long address) {
    out.write(code);
    dword((int) address);
  }

  private void dword(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      out.write(value >>> shift);
    }
  }
}
