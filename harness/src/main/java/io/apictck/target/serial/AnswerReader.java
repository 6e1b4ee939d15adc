package io.apictck.target.serial;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds the answers in what comes over the line, whatever else comes. */
final class AnswerReader {
  private static final int MAGIC = 0x5A;
  private static final int HEAD = 6;
  private static final int MAX_BODY = 0x8000;
  private static final int SETTLED = 1;

  private byte[] buffer = new byte[0x400];
  private int begin;
  private int end;

  /** Takes bytes that came. */
  void add(byte[] bytes, int length) {
    if (end + length > buffer.length) {
      byte[] kept = Arrays.copyOfRange(buffer, begin, end);
      buffer = new byte[Math.max(buffer.length, 2 * (kept.length + length))];
      System.arraycopy(kept, 0, buffer, 0, kept.length);
      end = kept.length;
      begin = 0;
    }
    System.arraycopy(bytes, 0, buffer, end, length);
    end += length;
  }

  /** The next sound answer, or null as long as there is none. */
  @Nullable Answer next() {
    while (begin < end) {
      int length = end - begin;
      if (!mayBegin()) {
        begin++;
      } else if (length < HEAD || length < HEAD + body() + Frame.CHECKSUM) {
        return null;
      } else if (!sound()) {
        begin++;
      } else {
        return take();
      }
    }
    begin = 0;
    end = 0;
    return null;
  }

  private boolean mayBegin() {
    return (buffer[begin] & 0xFF) == MAGIC
        && (end - begin < 2 || buffer[begin + 1] == Frame.VERSION)
        && (end - begin < HEAD || body() <= MAX_BODY);
  }

  private int body() {
    return (buffer[begin + 4] & 0xFF) | (buffer[begin + 5] & 0xFF) << Byte.SIZE;
  }

  private boolean sound() {
    int length = HEAD + body();
    int sum = Frame.checksum(Arrays.copyOfRange(buffer, begin, begin + length), length);
    for (int i = 0; i < Frame.CHECKSUM; i++) {
      if (buffer[begin + length + i] != (byte) (sum >>> (Byte.SIZE * i))) {
        return false;
      }
    }
    return true;
  }

  private Answer take() {
    int from = begin + HEAD;
    int to = from + body();
    Answer answer =
        new Answer(
            buffer[begin + 2] & 0xFF,
            (buffer[begin + 3] & SETTLED) != 0,
            new Words(buffer, from, to));
    begin = to + Frame.CHECKSUM;
    return answer;
  }

  void forget() {
    begin = 0;
    end = 0;
  }
}
