package io.apictck.target.serial;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * What the harness sends.
 *
 * @param sequence number from 0 to FFh; a frame with the number of the last one is answered again,
 *     but its writes are not made again
 * @param limit after how many times 16 turns of the idle loop the agent answers although a
 *     processor is still busy
 * @param writes operations that are made at once
 * @param reads operations that make the answer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Frame(int sequence, int limit, byte[] writes, byte[] reads) {
  static final int VERSION = 1;

  /** How many bytes of operations a frame can carry. */
  static final int MAX_BODY = 0x6000;

  static final int HEAD = 8;
  static final int CHECKSUM = 4;

  private static final byte MAGIC = (byte) 0xA5;

  /** As it goes over the line. */
  byte[] bytes() {
    int body = writes.length + reads.length;
    if (body > MAX_BODY) {
      throw new IllegalArgumentException("a frame cannot carry " + body + " bytes");
    }
    ByteBuffer out = ByteBuffer.allocate(HEAD + body + CHECKSUM).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).put((byte) VERSION).put((byte) sequence).put((byte) limit);
    out.putShort((short) writes.length).putShort((short) body);
    out.put(writes).put(reads);
    return out.putInt(checksum(out.array(), HEAD + body)).array();
  }

  /** CRC-32 as in IEEE 802.3 of the first {@code length} bytes. */
  static int checksum(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
