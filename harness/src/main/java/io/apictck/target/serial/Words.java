package io.apictck.target.serial;

import io.apictck.platform.PlatformException;
import java.util.Arrays;

/** 64-bit words, each as a byte that tells which of its bytes are not zero, and those bytes. */
final class Words {
  private final byte[] bytes;
  private int at;

  Words(byte[] bytes, int from, int to) {
    this.bytes = Arrays.copyOfRange(bytes, from, to);
  }

  /** The next word. */
  long next() {
    int mask = nextByte();
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      if ((mask >>> i & 1) != 0) {
        value |= (long) nextByte() << (Byte.SIZE * i);
      }
    }
    return value;
  }

  private int nextByte() {
    if (at == bytes.length) {
      throw new PlatformException("the guest agent's answer is shorter than what was asked for");
    }
    return bytes[at++] & 0xFF;
  }
}
