package io.apictck.target.bochs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.PlatformException;
import io.apictck.platform.UnsupportedRequestException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NeedsBochs.class)
class BochsPlatformProviderTest {
  private final BochsPlatformProvider provider = new BochsPlatformProvider();

  @Test
  void refusesWhatBochsCannotBe() {
    for (MachineRequest request :
        List.of(
            MachineRequest.of(9),
            new MachineRequest(2, List.of(0, 5), Set.of()),
            new MachineRequest(1, List.of(), Set.of(Feature.LVT_THERMAL)))) {
      assertThatThrownBy(() -> provider.open(Map.of(), request))
          .isInstanceOf(UnsupportedRequestException.class);
    }
  }

  @Test
  void saysThatThereIsNoSuchProgram() {
    assertThatThrownBy(() -> provider.open(Map.of("path", "/nowhere/bochs"), MachineRequest.of(1)))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("/nowhere/bochs");
  }

  @Test
  void knowsTheVersion() {
    assertThat(BochsProgram.version(BochsProgram.find(null).orElseThrow())).matches("\\d+\\..*");
  }
}
