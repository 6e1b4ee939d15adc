package io.apictck.chip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.PlatformException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommandWordsTest {
  @Test
  void splitsAsAShellDoes() {
    assertThat(CommandWords.split(" ./chip  -v 'a b' \"c d\"e \"\" f\\ g '\\n'"))
        .isEqualTo(List.of("./chip", "-v", "a b", "c de", "", "f g", "\\n"));
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> CommandWords.split("chip 'a"))
        .isInstanceOf(PlatformException.class)
        .hasMessage("the command chip 'a has an open quote");
    assertThatThrownBy(() -> CommandWords.split(" "))
        .hasMessage("there is no command; write chip:COMMAND or chip:socket=PATH");
  }

  @Test
  void findsPrograms() {
    assertThat(CommandWords.find("sh")).isPresent();
    assertThat(CommandWords.find("/bin/sh")).isPresent();
    assertThat(CommandWords.find("/bin")).isEmpty();
    assertThat(CommandWords.find("no-such-program")).isEmpty();
  }
}
