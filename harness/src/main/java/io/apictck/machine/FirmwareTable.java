package io.apictck.machine;

import io.apictck.platform.Instruction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of a table that firmware left in memory, as processor 0 loads them.
 *
 * @param name what failures call it
 * @param address physical address
 * @param bytes little-endian
 */
record FirmwareTable(String name, long address, ByteBuffer bytes) {
  /** Longer tables are taken for broken ones. */
  static final int MAX_LENGTH = 0x4_0000;

  /**
   * Loads a table.
   *
   * @param length in bytes, at most {@link #MAX_LENGTH}
   */
  static FirmwareTable load(Cpu cpu, String name, long address, int length) {
    if (length < 0 || length > MAX_LENGTH) {
      throw new AssertionError(
          "%s at %s claims a length of %s bytes"
              .formatted(name, Hex.dword((int) address), Integer.toUnsignedString(length)));
    }
    List<Instruction> block = new ArrayList<>();
    for (int i = 0; i < length; i += Long.BYTES) {
      block.add(new Instruction.Load(address + i, Long.BYTES));
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(block.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : cpu.runInPieces(block)) {
      bytes.putLong(value);
    }
    return new FirmwareTable(name, address, bytes.flip().limit(length));
  }

  int length() {
    return bytes.limit();
  }

  int u8(int offset) {
    need(offset, Byte.BYTES);
    return bytes.get(offset) & 0xFF;
  }

  int u16(int offset) {
    need(offset, Short.BYTES);
    return bytes.getShort(offset) & 0xFFFF;
  }

  int u32(int offset) {
    need(offset, Integer.BYTES);
    return bytes.getInt(offset);
  }

  long address32(int offset) {
    return Integer.toUnsignedLong(u32(offset));
  }

  long u64(int offset) {
    need(offset, Long.BYTES);
    return bytes.getLong(offset);
  }

  /** ASCII without trailing blanks. */
  String text(int offset, int length) {
    need(offset, length);
    byte[] text = new byte[length];
    bytes.get(offset, text);
    return new String(text, StandardCharsets.US_ASCII).stripTrailing();
  }

  /** The sum of the first bytes, modulo 256. */
  int sum(int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += u8(i);
    }
    return sum & 0xFF;
  }

  /** Fails if its bytes do not sum to zero. */
  FirmwareTable summingToZero() {
    int sum = sum(length());
    if (sum != 0) {
      throw broken("its bytes sum to " + Hex.vector(sum) + ", not to 0");
    }
    return this;
  }

  private void need(int offset, int length) {
    if (offset < 0 || offset + length > length()) {
      throw broken("it ends at %d, in the middle of a field at %d".formatted(length(), offset));
    }
  }

  /** What is wrong with it, to be thrown. */
  AssertionError broken(String why) {
    return new AssertionError("%s at %s: %s".formatted(name, Hex.qword(address), why));
  }
}
