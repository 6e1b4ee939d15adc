package io.apictck.chip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.Board.PciFunction;
import io.apictck.platform.Board.SourceOverride;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription.IoApic;
import io.apictck.platform.Stimulus;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChipDescriptionTest {
  private static final ChipDescription CHIP =
      new ChipDescription(
          "1.2",
          "A chip of mine",
          true,
          true,
          Set.of(Feature.X2APIC, Feature.PIC),
          Set.of(Stimulus.LINT_PINS),
          List.of(new MsrRange(0x1B, 0x1B), new MsrRange(0xC000_0080, 0xC000_0081)),
          List.of(new IoApic(0xFEC0_0000L, 0, 24)),
          List.of(new SourceOverride(0, 2, false, false), new SourceOverride(9, 9, true, true)),
          Set.of(1, 2, 5),
          List.of(new PciFunction(8, 4, -1, 0xE000_0000L), new PciFunction(0x10, 1, 11, 0)));

  private static List<String> lines(ChipDescription chip) {
    LineWriter out = new LineWriter(new ByteArrayOutputStream());
    chip.write(out);
    return out.toString().lines().toList();
  }

  @Test
  void isWrittenInLines() {
    assertThat(lines(CHIP))
        .containsExactly(
            "chip 1 1.2 A chip of mine",
            "has lapic time x2apic pic lint-pins",
            "msr 1b 1b",
            "msr c0000080 c0000081",
            "ioapic fec00000 0 18",
            "override 0 2 high edge",
            "override 9 9 low level",
            "lines 1 2",
            "lines 5 5",
            "function 8 4 - e0000000",
            "function 10 1 b 0");
  }

  @Test
  void isReadAsItWasWritten() {
    assertThat(ChipDescription.parse(lines(CHIP))).isEqualTo(CHIP);
  }

  @Test
  void cannotHaveARemappingUnit() {
    assertThatThrownBy(() -> ChipDescription.parse(List.of("chip 1 1.2", "has remapping-unit")))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("no remapping unit");
  }

  @Test
  void ownsItsMsrs() {
    assertThat(CHIP.ownsMsr(0x1B)).isTrue();
    assertThat(CHIP.ownsMsr(0x1C)).isFalse();
    assertThat(CHIP.ownsMsr(0xC000_0081)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "chip 2 1 x      | it speaks version 2 of the protocol, this kit version 1",
        "chip 1          | '\"chip 1\" has too few words'",
        "has x2apci      | it has \"x2apci\", which this kit does not know",
        "has gates       | it has \"gates\", which this kit does not know",
        "msr 1b          | '\"msr 1b\" has too few words'",
        "ioapic 0 0 f    | 'an I/O APIC has at least 10 inputs, not as in \"ioapic 0 0 f\"'",
        "override 0 2 up edge | '\"up\" in \"override 0 2 up edge\" is neither low nor high'",
        "lines 0 1 2     | '\"lines 0 1 2\" has too many words'",
        "wheels 4        | '\"wheels 4\" tells nothing of a chip'",
        "lines 0 1       | 'it does not say \"chip\", its version and its name'",
      })
  void saysWhatIsWrong(String line, String why) {
    assertThatThrownBy(() -> ChipDescription.parse(List.of(line)))
        .isInstanceOf(ProtocolException.class)
        .hasMessage(why);
  }
}
