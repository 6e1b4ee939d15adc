package io.apictck.target.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.PlatformException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AnswerReaderTest {
  private static final byte[] BODY = {0x01, 0x2A, 0x00, (byte) 0x81, 0x01, 0x02};

  private final AnswerReader reader = new AnswerReader();

  private static byte[] answer(int sequence) {
    ByteBuffer out = ByteBuffer.allocate(10 + BODY.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 0x5A).put((byte) 1).put((byte) sequence).put((byte) 1);
    out.putShort((short) BODY.length).put(BODY);
    return out.putInt(Frame.checksum(out.array(), 6 + BODY.length)).array();
  }

  private void add(byte... bytes) {
    reader.add(bytes, bytes.length);
  }

  private void expect(int sequence) {
    Answer answer = reader.next();
    assertThat(answer).isNotNull();
    assertThat(answer.sequence()).isEqualTo(sequence);
    assertThat(answer.settled()).isTrue();
    assertThat(answer.words().next()).isEqualTo(0x2A);
    assertThat(answer.words().next()).isZero();
    assertThat(answer.words().next()).isEqualTo(0x0200_0000_0000_0001L);
    assertThatThrownBy(answer.words()::next).isInstanceOf(PlatformException.class);
  }

  @Test
  void findsAnAnswerThatComesByteByByte() {
    byte[] bytes = answer(3);
    for (byte one : bytes) {
      assertThat(reader.next()).isNull();
      add(one);
    }
    expect(3);
    assertThat(reader.next()).isNull();
  }

  @Test
  void findsAnswersBetweenOtherBytes() {
    add((byte) 0x5A, (byte) 0x5A, (byte) 1, (byte) 2);
    add(answer(1));
    add((byte) 'x');
    add(answer(2));
    add(new byte[0x100]);
    // what looked like the head of an answer must be long enough to be refused
    expect(1);
    expect(2);
    assertThat(reader.next()).isNull();
  }

  @Test
  void refusesEachCorruptedByte() {
    byte[] sound = answer(5);
    for (int i = 0; i < sound.length; i++) {
      byte[] broken = sound.clone();
      broken[i] ^= 0x10;
      AnswerReader fresh = new AnswerReader();
      fresh.add(broken, broken.length);
      assertThat(fresh.next()).as("byte %d", i).isNull();
    }
  }

  @Test
  void goesOnAfterHalfAnAnswer() {
    byte[] half = Arrays.copyOf(answer(8), 12);
    add(half);
    assertThat(reader.next()).isNull();
    add(answer(9));
    expect(9);
  }
}
