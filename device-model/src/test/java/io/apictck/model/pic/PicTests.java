package io.apictck.model.pic;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.PicCommand;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PicTests {
  private final Pic pic = new Pic(true);

  @BeforeEach
  void initialize() {
    pic.reset();
    initialize(PicCommand.ICW4_UPM);
  }

  private void initialize(int icw4) {
    pic.command(PicCommand.ICW1 | PicCommand.ICW1_IC4);
    pic.data(0x20);
    pic.data(1 << PicCommand.CASCADE);
    pic.data(icw4);
  }

  private void pulse(int... levels) {
    for (int level : levels) {
      pic.setLine(level, false);
      pic.setLine(level, true);
    }
  }

  @Test
  void requestsNothingBeforeAndDuringInitialization() {
    pic.reset();
    pulse(3);
    assertThat(pic.interrupts()).isFalse();
    pic.command(PicCommand.ICW1 | PicCommand.ICW1_IC4);
    pic.data(0x20);
    pulse(3);
    assertThat(pic.interrupts()).isFalse();
    pic.data(1 << PicCommand.CASCADE);
    pic.data(PicCommand.ICW4_UPM);
    assertThat(pic.interrupts()).isTrue();
  }

  @Test
  void withoutRequestAnAcknowledgeGivesLevelSevenAndNoService() {
    assertThat(pic.vector(pic.acknowledge())).isEqualTo(0x27);
    assertThat(pic.isr).isZero();
    pulse(7);
    assertThat(pic.vector(pic.acknowledge())).isEqualTo(0x27);
    assertThat(pic.isr).isEqualTo(1 << 7);
  }

  @Test
  void anEdgeThatFallsIsWithdrawn() {
    pulse(4);
    pic.setLine(4, false);
    assertThat(pic.interrupts()).isFalse();
    assertThat(pic.irr()).isZero();
  }

  @Test
  void theOrderGoesRound() {
    for (int lowest = 0; lowest < 8; lowest++) {
      pic.command(PicCommand.SET_PRIORITY | lowest);
      pulse(0, 1, 3, 4, 5, 6, 7);
      for (int i = 1; i <= 8; i++) {
        int level = (lowest + i) % 8;
        if (level != PicCommand.CASCADE) {
          assertThat(pic.acknowledge()).isEqualTo(level);
          pic.command(PicCommand.SPECIFIC_EOI | level);
        }
      }
      assertThat(pic.interrupts()).isFalse();
    }
  }

  @Test
  void specialMaskModeFreesWhatIsMaskedAndNothingElse() {
    pulse(3);
    pic.acknowledge();
    pulse(5);
    pic.command(PicCommand.OCW3 | PicCommand.ESMM | PicCommand.SMM);
    assertThat(pic.interrupts()).isFalse();
    pic.data(1 << 3);
    assertThat(pic.acknowledge()).isEqualTo(5);
    pic.command(PicCommand.NON_SPECIFIC_EOI);
    pic.command(PicCommand.NON_SPECIFIC_EOI);
    assertThat(pic.isr).isEqualTo(1 << 3);
  }

  @Test
  void aPollIsAnAcknowledge() {
    pulse(5);
    pic.command(PicCommand.OCW3 | PicCommand.POLL);
    assertThat(pic.readStatus()).isEqualTo(0x85);
    assertThat(pic.isr).isEqualTo(1 << 5);
    assertThat(pic.readStatus()).isZero();
  }

  @Test
  void rotationInAutomaticEndFollowsTheAcknowledge() {
    initialize(PicCommand.ICW4_UPM | PicCommand.ICW4_AEOI);
    pic.command(PicCommand.ROTATE_IN_AEOI);
    pulse(3);
    pic.acknowledge();
    pulse(3, 4);
    assertThat(pic.acknowledge()).isEqualTo(4);
    assertThat(pic.acknowledge()).isEqualTo(3);
    assertThat(pic.isr).isZero();
  }
}
