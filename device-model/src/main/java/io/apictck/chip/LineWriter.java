package io.apictck.chip;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Puts lines together and writes them at once. */
final class LineWriter {
  private final OutputStream out;
  private final StringBuilder text = new StringBuilder();

  LineWriter(OutputStream out) {
    this.out = out;
  }

  /** A word. */
  LineWriter word(String word) {
    if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
      text.append(' ');
    }
    text.append(word);
    return this;
  }

  /** A number. */
  LineWriter hex(long number) {
    return word(Long.toHexString(number));
  }

  /** 0 or 1. */
  LineWriter bit(boolean bit) {
    return word(bit ? "1" : "0");
  }

  /** Ends a line. */
  LineWriter end() {
    text.append('\n');
    return this;
  }

  /** Writes all lines. */
  void flush() throws IOException {
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    text.setLength(0);
    out.write(bytes);
    out.flush();
  }

  /** What was not written yet. */
  @Override
  public String toString() {
    return text.toString();
  }
}
