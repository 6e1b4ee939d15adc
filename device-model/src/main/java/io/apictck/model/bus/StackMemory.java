package io.apictck.model.bus;

import java.util.HashMap;
import java.util.Map;

/** Memory for the stacks of processors: little of it is ever used. */
final class StackMemory {
  /** Physical address. */
  static final long BASE = 0x2F00_0000L;

  private static final long SIZE = 0x1300_0000L;
  private static final int WORD_SHIFT = 3;
  private static final int OFFSET = Long.BYTES - 1;
  private static final long BYTE = 0xFF;

  private final Map<Long, Long> words = new HashMap<>();

  static boolean contains(long address) {
    long offset = address - BASE;
    return 0 <= offset && offset < SIZE;
  }

  void clear() {
    words.clear();
  }

  long read(long address, int width) {
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << Byte.SIZE | (word(address + i) >>> shift(address + i) & BYTE);
    }
    return value;
  }

  void write(long address, int width, long value) {
    for (int i = 0; i < width; i++) {
      long at = address + i;
      long written = value >>> (Byte.SIZE * i) & BYTE;
      long rest = word(at) & ~(BYTE << shift(at));
      words.put(at >>> WORD_SHIFT, rest | written << shift(at));
    }
  }

  private long word(long address) {
    return words.getOrDefault(address >>> WORD_SHIFT, 0L);
  }

  private static int shift(long address) {
    return ((int) address & OFFSET) * Byte.SIZE;
  }
}
