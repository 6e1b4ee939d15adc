package io.apictck.target.serial;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A list of operations on guest memory, as frames carry it. */
final class Operations {
  private static final int WRITE = 1;
  private static final int CLEAR = 2;
  private static final int RESET = 4;
  private static final int AT = 5;
  private static final int ZERO = 6;
  private static final int PUT = 7;
  private static final int BACK = 8;
  private static final int READ = 16;
  private static final int STATE = 17;
  private static final int MAX_PIECE = 0xFF;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);
  private final List<Integer> starts = new ArrayList<>();

  boolean isEmpty() {
    return out.size() == 0;
  }

  int size() {
    return out.size();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** The operations in pieces of at most {@code max} bytes. */
  List<byte[]> pieces(int max) {
    byte[] all = bytes();
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= starts.size(); i++) {
      int end = i < starts.size() ? starts.get(i) : all.length;
      if (end - from > max) {
        int cut = starts.get(i - 1);
        pieces.add(Arrays.copyOfRange(all, from, cut));
        from = cut;
      }
    }
    pieces.add(Arrays.copyOfRange(all, from, all.length));
    return pieces;
  }

  void forget() {
    out.reset();
    starts.clear();
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

  /** Where {@link #zero}, {@link #put} and {@link #back} go on. */
  Operations at(long address) {
    operation(AT, address);
    return this;
  }

  /** Up to FFh zeros. */
  Operations zero(int length) {
    starts.add(out.size());
    out.write(ZERO);
    out.write(length);
    return this;
  }

  /** Some of the bytes. */
  Operations put(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at += MAX_PIECE) {
      int length = Math.min(MAX_PIECE, to - at);
      starts.add(out.size());
      out.write(PUT);
      out.write(length);
      out.write(bytes, at, length);
    }
    return this;
  }

  /** Up to FFh bytes that stand {@code distance} bytes, at most FFFFh, further down as well. */
  Operations back(int length, int distance) {
    starts.add(out.size());
    out.write(BACK);
    out.write(length);
    out.write(distance);
    out.write(distance >>> Byte.SIZE);
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
    starts.add(out.size());
    out.write(STATE);
    out.write(cpu);
    out.write((int) told);
    return this;
  }

  private void operation(int code, long address) {
    starts.add(out.size());
    out.write(code);
    dword((int) address);
  }

  private void dword(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      out.write(value >>> shift);
    }
  }
}
