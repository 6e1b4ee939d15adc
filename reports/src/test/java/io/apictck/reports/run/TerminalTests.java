package io.apictck.reports.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class TerminalTests {
  private static final Map<String, String> BOTH =
      Map.of("apictck.terminal.out", "true", "apictck.terminal.err", "true");

  @Test
  void coloursNeedATerminalThatHasThem() {
    assertThat(Terminal.of(BOTH, Map.of("TERM", "xterm"))).isEqualTo(new Terminal(true, true));
    assertThat(Terminal.of(BOTH, Map.of("TERM", "dumb"))).isEqualTo(Terminal.PLAIN);
    assertThat(Terminal.of(Map.of(), Map.of("TERM", "xterm"))).isEqualTo(Terminal.PLAIN);
  }

  @Test
  void noColorIsHonoured() {
    assertThat(Terminal.of(BOTH, Map.of("TERM", "xterm", "NO_COLOR", "1")))
        .isEqualTo(new Terminal(true, false));
  }
}
