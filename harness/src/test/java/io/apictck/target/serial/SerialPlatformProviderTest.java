package io.apictck.target.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.MachineRequest;
import io.apictck.platform.PlatformException;
import io.apictck.platform.UnsupportedRequestException;
import io.apictck.target.TargetSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SerialPlatformProviderTest {
  private final SerialPlatformProvider provider = new SerialPlatformProvider();

  @Test
  void aPathAloneIsTheDevice() {
    assertThat(TargetSpec.parse("serial:/dev/ttyS0,processors=2").options())
        .isEqualTo(Map.of("device", "/dev/ttyS0", "processors", "2"));
    assertThat(provider.options()).containsKeys("device", "processors");
  }

  @Test
  void saysWhatIsMissingOrWrong() {
    for (Map<String, String> options :
        java.util.List.of(
            Map.<String, String>of(),
            Map.of("device", "/dev/nowhere"),
            Map.of("device", "/dev/null"),
            Map.of("device", "/dev/null", "processors", "17"))) {
      assertThatThrownBy(() -> provider.open(options, MachineRequest.of(1)))
          .isInstanceOf(PlatformException.class);
    }
  }

  @Test
  void theMachineIsAsItIs() {
    assertThatThrownBy(() -> provider.open(Map.of("device", "/dev/null"), MachineRequest.of(2)))
        .isInstanceOf(UnsupportedRequestException.class);
  }
}
