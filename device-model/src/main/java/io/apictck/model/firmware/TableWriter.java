package io.apictck.model.firmware;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes of a table, little-endian, written one field after the other. */
final class TableWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  TableWriter u8(int value) {
    bytes.write(value);
    return this;
  }

  TableWriter u16(int value) {
    return u8(value).u8(value >>> 8);
  }

  TableWriter u32(long value) {
    return u16((int) value).u16((int) (value >>> 16));
  }

  TableWriter u64(long value) {
    return u32(value).u32(value >>> 32);
  }

  TableWriter text(String text, int length) {
    bytes.writeBytes(String.format("%-" + length + "s", text).getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  TableWriter zeros(int count) {
    bytes.writeBytes(new byte[count]);
    return this;
  }

  TableWriter append(TableWriter other) {
    bytes.writeBytes(other.bytes.toByteArray());
    return this;
  }

  int size() {
    return bytes.size();
  }

  /**
   * The bytes, with the one at {@code checksum} chosen so that the first {@code length} sum to 0.
   */
  byte[] sealed(int checksum, int length) {
    byte[] table = bytes.toByteArray();
    seal(table, checksum, length);
    return table;
  }

  static void seal(byte[] table, int checksum, int length) {
    table[checksum] = 0;
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += table[i];
    }
    table[checksum] = (byte) -sum;
  }
}
