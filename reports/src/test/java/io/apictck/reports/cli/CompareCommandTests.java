package io.apictck.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CompareCommandTests {
  @Test
  void commasSeparateTargetsAndTheirOptions() {
    assertThat(CompareCommand.split("model, kvm:irqchip=split,qemu:machine=q35,accel=tcg,bochs"))
        .containsExactly("model", "kvm:irqchip=split", "qemu:machine=q35,accel=tcg", "bochs");
    assertThat(CompareCommand.split("")).isEmpty();
  }
}
