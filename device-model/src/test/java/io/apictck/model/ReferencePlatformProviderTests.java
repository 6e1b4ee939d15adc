package io.apictck.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options of the target {@code model}. */
final class ReferencePlatformProviderTests {
  private static List<PlatformDescription.IoApic> ioApics(Map<String, String> options) {
    try (Platform platform = new ReferencePlatformProvider().open(options, MachineRequest.of(1))) {
      return platform.description().ioApics();
    }
  }

  @Test
  void withoutOptionsThereIsTheIoApicOfAPc() {
    assertThat(ioApics(Map.of()))
        .containsExactly(new PlatformDescription.IoApic(0xFEC0_0000L, 0, 24));
  }

  @Test
  void severalIoApicsFollowEachOther() {
    assertThat(ioApics(Map.of("io-apics", "3", "io-apic-inputs", "240")))
        .containsExactly(
            new PlatformDescription.IoApic(0xFEC0_0000L, 0, 240),
            new PlatformDescription.IoApic(0xFEC0_1000L, 240, 240),
            new PlatformDescription.IoApic(0xFEC0_2000L, 480, 240));
  }

  @ParameterizedTest
  @CsvSource({
    "io-apics, 0",
    "io-apics, 17",
    "io-apics, two",
    "io-apics, ''",
    "io-apic-inputs, 15",
    "io-apic-inputs, 241",
    "io-apic-inputs, -24"
  })
  void refusesNumbersThatCannotBe(String key, String value) {
    assertThatThrownBy(() -> ioApics(Map.of(key, value)))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining(key)
        .hasMessageEndingWith("not " + value);
  }

  @Test
  void refusesOptionsThatItDoesNotHave() {
    assertThatThrownBy(() -> ioApics(Map.of("inputs", "24")))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("inputs");
  }

  @Test
  void allOptionsAreDocumented() {
    assertThat(new ReferencePlatformProvider().options())
        .containsOnlyKeys("without", "io-apics", "io-apic-inputs");
  }
}
