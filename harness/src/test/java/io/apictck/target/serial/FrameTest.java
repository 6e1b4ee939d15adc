package io.apictck.target.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class FrameTest {
  @Test
  void hasHeadOperationsAndChecksum() {
    byte[] bytes = new Frame(7, 60, new byte[] {1, 2, 3}, new byte[] {4, 5}).bytes();
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.get()).isEqualTo((byte) 0xA5);
    assertThat(in.get()).isEqualTo((byte) 1);
    assertThat(in.get()).isEqualTo((byte) 7);
    assertThat(in.get()).isEqualTo((byte) 60);
    assertThat(in.getShort()).isEqualTo((short) 3);
    assertThat(in.getShort()).isEqualTo((short) 5);
    in.position(13);
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, 13);
    assertThat(in.getInt()).isEqualTo((int) crc.getValue());
    assertThat(in.remaining()).isZero();
  }

  @Test
  void isNotTooLong() {
    assertThatThrownBy(() -> new Frame(0, 0, new byte[Frame.MAX_BODY], new byte[1]).bytes())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
