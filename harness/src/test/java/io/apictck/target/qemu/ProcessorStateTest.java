package io.apictck.target.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProcessorStateTest {
  @Test
  void afterInit() {
    assertThat(
            ProcessorState.of(
                """

                CPU#1
                EAX=00000000 EBX=00000000 ECX=00000000 EDX=00060fb1
                EIP=0000fff0 EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=1
                CS =f000 ffff0000 0000ffff 00009b00
                """))
        .isEqualTo(new ProcessorState(true, true));
  }

  @Test
  void inLongMode() {
    assertThat(
            ProcessorState.of(
                """
                RIP=0000000000100262 RFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0
                CS =0018 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]
                """))
        .isEqualTo(new ProcessorState(false, false));
  }
}
