package io.apictck.chip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LineReaderTest {
  private static LineReader reader(String text) {
    return new LineReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void readsLinesOfAnyEnding() throws IOException {
    LineReader reader = reader("ok\n\nok 1\r\nlost");
    assertThat(reader.next()).isEqualTo("ok");
    assertThat(reader.hasMore()).isTrue();
    assertThat(reader.next()).isEmpty();
    assertThat(reader.next()).isEqualTo("ok 1");
    assertThat(reader.next()).isNull();
  }

  @Test
  void putsPiecesTogether() throws IOException {
    InputStream slow =
        new ByteArrayInputStream(
            ("a".repeat(10_000) + "\nb\n").getBytes(StandardCharsets.US_ASCII)) {
          @Override
          public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(length, 7));
          }
        };
    LineReader reader = new LineReader(slow);
    assertThat(reader.next()).hasSize(10_000);
    assertThat(reader.next()).isEqualTo("b");
    assertThat(reader.hasMore()).isFalse();
  }

  @Test
  void refusesALineThatIsTooLong() {
    LineReader reader = reader("x".repeat(10_000_000) + "\n");
    assertThatThrownBy(reader::next)
        .isInstanceOf(ProtocolException.class)
        .hasMessage("a line is longer than 65536 bytes");
  }
}
