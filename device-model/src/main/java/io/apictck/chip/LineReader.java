package io.apictck.chip;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads lines of bounded length. A carriage return before the end of a line is dropped. */
final class LineReader {
  private static final int FIRST_SIZE = 0x1000;

  private final InputStream in;
  private byte[] buffer = new byte[FIRST_SIZE];
  private int begin;
  private int end;

  LineReader(InputStream in) {
    this.in = in;
  }

  /** Whether there is something that was not asked for yet. */
  boolean hasMore() {
    return begin < end;
  }

  /**
   * The next line; null at the end of the stream.
   *
   * @throws ProtocolException if it is longer than {@link Verbs#MAX_LINE}
   */
  @Nullable String next() throws IOException {
    int searched = begin;
    for (; ; ) {
      for (; searched < end; searched++) {
        if (buffer[searched] == '\n') {
          return line(searched);
        }
      }
      if (end - begin > Verbs.MAX_LINE) {
        throw new ProtocolException("a line is longer than " + Verbs.MAX_LINE + " bytes");
      }
      int moved = makeRoom();
      searched -= moved;
      int count = in.read(buffer, end, buffer.length - end);
      if (count < 0) {
        return null;
      }
      end += count;
    }
  }

  private String line(int newline) {
    int last = newline > begin && buffer[newline - 1] == '\r' ? newline - 1 : newline;
    String line = new String(buffer, begin, last - begin, StandardCharsets.ISO_8859_1);
    begin = newline + 1;
    if (begin == end) {
      begin = 0;
      end = 0;
    }
    return line;
  }

  /** Makes room for at least one byte; gives how far the content was moved down. */
  private int makeRoom() {
    if (end < buffer.length) {
      return 0;
    }
    int moved = begin;
    if (moved == 0) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    } else {
      System.arraycopy(buffer, begin, buffer, 0, end - begin);
      end -= begin;
      begin = 0;
    }
    return moved;
  }
}
