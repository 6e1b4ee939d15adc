package io.apictck.target.serial;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CodeWriterTest {
  private static final int BASE = 0x70_0000;

  private final CodeWriter writer = new CodeWriter();
  private final byte[] memory = new byte[0x1_0000];

  /** What the agent does. */
  private void execute(byte[] operations) {
    ByteBuffer in = ByteBuffer.wrap(operations).order(ByteOrder.LITTLE_ENDIAN);
    int cursor = 0;
    while (in.hasRemaining()) {
      switch (in.get()) {
        case 5 -> cursor = in.getInt() - BASE;
        case 7 -> {
          for (int left = in.get() & 0xFF; left > 0; left--) {
            memory[cursor++] = in.get();
          }
        }
        case 8 -> {
          int length = in.get() & 0xFF;
          int from = cursor - (in.getShort() & 0xFFFF);
          for (; length > 0; length--) {
            memory[cursor++] = memory[from++];
          }
        }
        default -> throw new AssertionError("an unknown operation");
      }
    }
  }

  private int write(int offset, byte[] code) {
    Operations out = new Operations().at(BASE + offset);
    writer.write(out, BASE + offset, code);
    execute(out.bytes());
    byte[] written = new byte[code.length];
    System.arraycopy(memory, offset, written, 0, code.length);
    assertThat(written).isEqualTo(code);
    return out.size();
  }

  @Test
  void sendsOnceWhatStaysTheSame() {
    Random random = new Random(1);
    byte[] code = new byte[200];
    random.nextBytes(code);
    assertThat(write(0, code)).isGreaterThan(200);
    code[70]++;
    assertThat(write(300, code)).isLessThan(30);
    assertThat(write(100, code)).as("further down nothing can be copied").isGreaterThan(200);
  }

  @Test
  void writesWhateverItIsGiven() {
    Random random = new Random(2);
    int at = 0;
    while (at < 0xF000) {
      byte[] code = new byte[random.nextInt(1, 700)];
      for (int i = 0; i < code.length; i++) {
        code[i] = (byte) random.nextInt(3);
      }
      write(at, code);
      at += code.length + 16;
    }
  }
}
