package io.apictck.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetSpecTest {
  @Test
  void parsesNameAndOptions() {
    TargetSpec spec = TargetSpec.parse("qemu:machine=q35, command=a=b,empty=");
    assertThat(spec.name()).isEqualTo("qemu");
    assertThat(spec.options())
        .containsExactly(
            Map.entry("machine", "q35"), Map.entry("command", "a=b"), Map.entry("empty", ""));
  }

  @Test
  void takesTheRestBehindAChipAsItsCommand() {
    assertThat(TargetSpec.parse("chip:./my chip --irqs=1,2").options())
        .containsExactly(Map.entry("command", "./my chip --irqs=1,2"));
    assertThat(TargetSpec.parse("chip:patience=5,sh -c 'A=b,c'").options())
        .containsExactly(Map.entry("patience", "5"), Map.entry("command", "sh -c 'A=b,c'"));
    assertThat(TargetSpec.parse("chip:command=a,b").options())
        .containsExactly(Map.entry("command", "a,b"));
    assertThat(TargetSpec.parse("chip:socket=/run/chip,patience=5").options())
        .containsExactly(Map.entry("socket", "/run/chip"), Map.entry("patience", "5"));
    assertThat(TargetSpec.parse("chip:").options()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model",
        "qemu:machine=q35,accel=tcg",
        "chip:./chip -a=1,2",
        "chip:patience=5,./chip",
        "chip:socket=/run/chip,patience=5"
      })
  void isWrittenAsItWasRead(String text) {
    assertThat(TargetSpec.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "''          | a name has lower case letters, digits and hyphens",
        "Model       | a name has lower case letters, digits and hyphens",
        "qemu:       | \"\" is not key=value",
        "qemu:q35    | \"q35\" is not key=value",
        "qemu:=q35   | \"=q35\" is not key=value",
        "qemu:a=1,a=2| a stands there twice",
      })
  void saysWhatIsWrong(String text, String why) {
    assertThatThrownBy(() -> TargetSpec.parse(text))
        .isInstanceOf(TargetException.class)
        .hasMessage("target \"" + text + "\" is not written as name[:key=value,...]: " + why);
  }
}
