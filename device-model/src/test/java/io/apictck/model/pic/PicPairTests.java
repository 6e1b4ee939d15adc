package io.apictck.model.pic;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.PicCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PicPairTests {
  private final List<Boolean> changes = new ArrayList<>();
  private final PicPair pair = new PicPair(new Pic(true), new Pic(false), true, changes::add);

  @BeforeEach
  void initialize() {
    pair.reset();
    for (int port : new int[] {PicPair.MASTER, PicPair.SLAVE}) {
      boolean master = port == PicPair.MASTER;
      pair.write(port, 1, PicCommand.ICW1 | PicCommand.ICW1_IC4);
      pair.write(port + 1, 1, master ? 0x20 : 0x28);
      pair.write(port + 1, 1, master ? 1 << PicCommand.CASCADE : PicCommand.CASCADE);
      pair.write(port + 1, 1, PicCommand.ICW4_UPM);
    }
    changes.clear();
  }

  @Test
  void theSlaveComesThroughTheMaster() {
    pair.setLine(12, true);
    assertThat(pair.interrupts()).isTrue();
    assertThat(pair.acknowledge()).isEqualTo(0x2C);
    assertThat(pair.master.isr).isEqualTo(1 << PicCommand.CASCADE);
    assertThat(pair.slave.isr).isEqualTo(1 << 4);
    assertThat(changes).containsExactly(true, false);
  }

  @Test
  void outputIsLowBetweenTwoRequests() {
    pair.setLine(4, true);
    pair.setLine(1, true);
    pair.acknowledge();
    pair.write(PicPair.MASTER, 1, PicCommand.NON_SPECIFIC_EOI);
    pair.setLine(0, true);
    assertThat(changes).containsExactly(true, false, true);
  }

  @Test
  void theCascadeInputIsNoIsaInterrupt() {
    pair.setLine(PicCommand.CASCADE, true);
    assertThat(pair.interrupts()).isFalse();
    assertThat(pair.master.irr()).isZero();
  }

  @Test
  void anAccessOfTwoBytesIsTwoAccesses() {
    pair.write(PicPair.MASTER, 2, 0xA500 | PicCommand.OCW3 | PicCommand.RR | PicCommand.RIS);
    assertThat(pair.master.imr).isEqualTo(0xA5);
    assertThat(pair.read(PicPair.MASTER, 2)).isEqualTo(0xA500);
  }

  @Test
  void theCascadeStaysAsItIsWhateverTheEdgeLevelControlSays() {
    pair.write(PicPair.ELCR, 2, 0xFFFF);
    assertThat(pair.read(PicPair.ELCR, 2)).isEqualTo(0xDEF8);
    pair.write(PicPair.ELCR, 2, 0);
    pair.setLine(9, true);
    assertThat(pair.acknowledge()).isEqualTo(0x29);
  }

  @Test
  void withoutEdgeLevelControlNobodyAnswers() {
    PicPair plain = new PicPair(new Pic(true), new Pic(false), false, changes::add);
    plain.reset();
    plain.write(PicPair.ELCR, 1, 0xF8);
    assertThat(plain.read(PicPair.ELCR, 1)).isEqualTo(0xFF);
    assertThat(plain.master.levelTriggered).isEqualTo(1 << PicCommand.CASCADE);
  }
}
