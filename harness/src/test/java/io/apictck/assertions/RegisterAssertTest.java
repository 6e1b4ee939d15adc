package io.apictck.assertions;

import static io.apictck.assertions.ConformanceAssertions.assertThat;
import static io.apictck.assertions.Fixture.fails;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.arch.ApicBase;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.SpuriousInterruptVector;
import org.junit.jupiter.api.Test;

final class RegisterAssertTest {
  @Test
  void decodesLvtEntries() {
    assertThat(LvtEntry.fixed(0x41)).isEqualTo(LvtEntry.fixed(0x41));
    fails(
        () -> assertThat(LvtEntry.of(0x8008_3441)).isEqualTo(LvtEntry.fixed(0x41).withMasked(true)),
        """
        LVT entry should be 0001_0041h, but is 8008_3441h
            vector           41h
          * delivery mode    should be FIXED, but is NMI
          * delivery status  should be idle, but is pending
          * polarity         should be active high, but is active low
            remote IRR       0
            trigger          edge
          * mask             should be 1, but is 0
            timer mode       ONE_SHOT
          * other bits       should be 0000_0000h, but is 8008_0000h\
        """);
  }

  @Test
  void decodesRedirectionEntries() {
    fails(
        () ->
            assertThat(RedirectionEntry.fixed(0x41, 3).withRemoteIrr(true))
                .as("input 4")
                .isEqualTo(RedirectionEntry.fixed(0x41, 2).withLevel(true)),
        """
        [input 4] redirection entry should be 0200_0000_0000_8041h, but is 0300_0000_0000_4041h
            vector            41h
            delivery mode     FIXED
            destination mode  physical
            delivery status   idle
            polarity          active high
          * remote IRR        should be 0, but is 1
          * trigger           should be level, but is edge
            mask              0
          * destination       should be 02h, but is 03h
            other bits        0000_0000h\
        """);
  }

  @Test
  void decodesTheApicBase() {
    fails(
        () -> assertThat(ApicBase.of(0xFEE0_0C01L)).isEqualTo(ApicBase.of(0xFEE0_0900L)),
        """
        IA32_APIC_BASE should be FEE0_0900h, but is FEE0_0C01h
          * BSP         should be 1, but is 0
          * EXTD        should be 0, but is 1
            EN          1
            address     FEE0_0000h
          * other bits  should be 0000_0000h, but is 0000_0001h\
        """);
  }

  @Test
  void decodesTheSpuriousVector() {
    fails(
        () ->
            assertThat(SpuriousInterruptVector.of(0x10EF))
                .isEqualTo(SpuriousInterruptVector.of(0x3FF)),
        """
        SVR should be 0000_03FFh, but is 0000_10EFh
          * vector                     should be FFh, but is EFh
          * APIC software enable       should be 1, but is 0
          * focus processor checking   should be 1, but is 0
          * EOI-broadcast suppression  should be 0, but is 1
            other bits                 0000_0000h\
        """);
  }

  @Test
  void decodesCommands() {
    fails(
        () ->
            assertThat(InterruptCommand.of(0x1_0008_1841L))
                .isEqualTo(InterruptCommand.fixed(0x41).withTriggerLevel(true)),
        """
        ICR should be 0000_C041h, but is 0000_0001_0008_1841h
            vector                    41h
            delivery mode             FIXED
          * destination mode          should be physical, but is logical
          * delivery status           should be idle, but is pending
          * level                     should be assert, but is de-assert
          * trigger                   should be level, but is edge
          * shorthand                 should be NONE, but is ALL_INCLUDING_SELF
          * destination (bits 63:32)  should be 0000_0000h, but is 0000_0001h
            other bits                0000_0000h\
        """);
  }

  @Test
  void comparesOtherThingsAsAssertJDoes() {
    assertThatThrownBy(() -> assertThat(LvtEntry.RESET).isEqualTo("x"))
        .isInstanceOf(AssertionError.class);
  }
}
