package io.apictck.chip;

import java.util.HexFormat;

/** The words of a line, one after the other. */
final class Words {
  private static final int MAX_SHOWN = 100;
  private static final int MAX_DIGITS = 16;

  private final String line;
  private int position;

  Words(String line) {
    this.line = line;
    skipSpaces();
  }

  private void skipSpaces() {
    while (position < line.length() && line.charAt(position) == ' ') {
      position++;
    }
  }

  boolean hasNext() {
    return position < line.length();
  }

  boolean startsWith(char character) {
    return hasNext() && line.charAt(position) == character;
  }

  /** The next word. */
  String next() {
    if (!hasNext()) {
      throw new ProtocolException("\"%s\" has too few words".formatted(this));
    }
    int end = line.indexOf(' ', position);
    end = end < 0 ? line.length() : end;
    String word = line.substring(position, end);
    position = end;
    skipSpaces();
    return word;
  }

  /** All that is left. */
  String rest() {
    String rest = line.substring(position).stripTrailing();
    position = line.length();
    return rest;
  }

  /** The next word, a hexadecimal number of up to 64 bits. */
  long hex() {
    return number(next());
  }

  /** The next word, a hexadecimal number from 0 to {@code max}. */
  int hex(int max) {
    String word = next();
    long value = number(word);
    if (value < 0 || value > max) {
      throw new ProtocolException("%s in \"%s\" is not from 0 to %x".formatted(word, this, max));
    }
    return (int) value;
  }

  /** The next word, 0 or 1. */
  boolean bit() {
    return hex(1) != 0;
  }

  /** A hexadecimal number of up to 64 bits. */
  long number(String word) {
    if (word.isEmpty() || word.length() > MAX_DIGITS) {
      throw notHexadecimal(word);
    }
    long value = 0;
    for (int i = 0; i < word.length(); i++) {
      char digit = word.charAt(i);
      if (!HexFormat.isHexDigit(digit)) {
        throw notHexadecimal(word);
      }
      value = value << 4 | HexFormat.fromHexDigit(digit);
    }
    return value;
  }

  private ProtocolException notHexadecimal(String word) {
    return new ProtocolException(
        "\"%s\" in \"%s\" is no hexadecimal number".formatted(shown(word), this));
  }

  /** Sees that nothing is left. */
  void end() {
    if (hasNext()) {
      throw new ProtocolException("\"%s\" has too many words".formatted(this));
    }
  }

  /** The line; a long one is cut, and what cannot be printed is replaced. */
  @Override
  public String toString() {
    return shown(line);
  }

  private static String shown(String text) {
    String printable = text.replaceAll("[^\\x20-\\x7E]", "?");
    return printable.length() <= MAX_SHOWN ? printable : printable.substring(0, MAX_SHOWN) + "...";
  }
}
