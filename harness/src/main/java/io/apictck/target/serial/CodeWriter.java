package io.apictck.target.serial;

/**
 * Writes the code of one processor's blocks. A block mostly has the same bytes as the one before
 * it: those are copied by the agent instead of sent.
 */
final class CodeWriter {
  private static final int SHORTEST = 6;
  private static final int LONGEST = 0xFF;
  private static final int FARTHEST = 0xFFFF;

  /** Longer blocks are rare, and would take long to compare. */
  private static final int COMPARED = 0x400;

  private byte[] last = {};
  private long lastAddress;

  /** The cursor must be at {@code address}. */
  void write(Operations out, long address, byte[] code) {
    int literals = 0;
    int at = 0;
    boolean comparable =
        address > lastAddress && code.length <= COMPARED && last.length <= COMPARED;
    while (comparable && at < code.length) {
      int from = longestMatch(code, at);
      int length = from < 0 ? 0 : match(code, at, from);
      long distance = address + at - lastAddress - from;
      if (length < SHORTEST || distance > FARTHEST) {
        at++;
        continue;
      }
      out.put(code, literals, at).back(length, (int) distance);
      at += length;
      literals = at;
    }
    out.put(code, literals, code.length);
    last = code.clone();
    lastAddress = address;
  }

  private int longestMatch(byte[] code, int at) {
    int best = -1;
    int length = 0;
    for (int from = 0; from + length < last.length; from++) {
      if (last[from] == code[at] && match(code, at, from) > length) {
        best = from;
        length = match(code, at, from);
      }
    }
    return best;
  }

  private int match(byte[] code, int at, int from) {
    int length = 0;
    while (length < LONGEST
        && at + length < code.length
        && from + length < last.length
        && code[at + length] == last[from + length]) {
      length++;
    }
    return length;
  }

  /** Nothing is known of memory any more. */
  void forget() {
    last = new byte[0];
  }
}
