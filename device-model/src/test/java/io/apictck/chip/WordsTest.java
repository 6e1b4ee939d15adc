package io.apictck.chip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WordsTest {
  @Test
  void readsWordsAndNumbers() {
    Words words = new Words("  read  1 fEE00020 ffffffffffffffff a b ");
    assertThat(words.next()).isEqualTo("read");
    assertThat(words.bit()).isTrue();
    assertThat(words.hex()).isEqualTo(0xFEE0_0020L);
    assertThat(words.hex()).isEqualTo(-1);
    assertThat(words.rest()).isEqualTo("a b");
    words.end();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "''                | '\"\" has too few words'",
        "10                | '10 in \"10\" is not from 0 to f'",
        "-1                | '\"-1\" in \"-1\" is no hexadecimal number'",
        "0x1               | '\"0x1\" in \"0x1\" is no hexadecimal number'",
        "00000000000000001 | '\"00000000000000001\" in \"00000000000000001\" is no hexadecimal number'",
      })
  void saysWhatIsWrong(String line, String why) {
    assertThatThrownBy(() -> new Words(line).hex(0xF))
        .isInstanceOf(ProtocolException.class)
        .hasMessage(why);
  }

  @Test
  void showsRubbishInALine() {
    Words words = new Words("\u0000\u0007" + "x".repeat(1000));
    assertThat(words.toString()).isEqualTo("??" + "x".repeat(98) + "...");
    assertThatThrownBy(words::end).hasMessageEndingWith("has too many words");
  }
}
