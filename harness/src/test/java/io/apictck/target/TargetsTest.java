package io.apictck.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyMap;
import static org.mockito.Mockito.lenient;

import io.apictck.platform.PlatformProvider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mock;
import org.mockito.junit.jupiter.MockitoExtension;

@ExtendWith(MockitoExtension.class)
final class TargetsTest {
  @Mock private PlatformProvider model;
  @Mock private PlatformProvider kvm;

  @BeforeEach
  void describe() {
    lenient().when(model.name()).thenReturn("model");
    lenient().when(model.options()).thenReturn(Map.of("without", "features"));
    lenient().when(model.obstacles()).thenReturn(List.of());
    lenient().when(model.obstacles(anyMap())).thenCallRealMethod();
    lenient().when(kvm.obstacles(anyMap())).thenCallRealMethod();
    lenient().when(kvm.name()).thenReturn("kvm");
    lenient().when(kvm.obstacles()).thenReturn(List.of("there is no /dev/kvm", "no QEMU"));
  }

  private Targets targets() {
    return new Targets(List.of(model, kvm));
  }

  @Test
  void listsThemByName() {
    assertThat(targets().all()).containsExactly(kvm, model);
  }

  @Test
  void findsAProvider() {
    assertThat(targets().find(TargetSpec.parse("model:without=x2apic"))).isSameAs(model);
  }

  @Test
  void namesWhatItKnowsInstead() {
    assertThatThrownBy(() -> targets().find(TargetSpec.parse("modle")))
        .isInstanceOf(TargetException.class)
        .hasMessage("there is no target \"modle\"; known targets: kvm, model");
    assertThatThrownBy(() -> targets().find(TargetSpec.parse("model:with=x")))
        .hasMessage("target model has no option \"with\"; known options: without");
    assertThatThrownBy(() -> targets().find(TargetSpec.parse("kvm:a=b")))
        .hasMessage("target kvm has no option \"a\"; there are no options");
  }

  @Test
  void tellsObstacles() {
    assertThatThrownBy(() -> targets().find(TargetSpec.parse("kvm")))
        .hasMessage("target kvm cannot be used here: there is no /dev/kvm; no QEMU");
  }

  @Test
  void loadsServices() {
    assertThat(Targets.load().all()).extracting(PlatformProvider::name).contains("tiny");
  }
}
