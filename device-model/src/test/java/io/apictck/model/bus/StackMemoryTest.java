package io.apictck.model.bus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The stacks of processors are memory. */
class StackMemoryTest {
  private static final long ADDRESS = StackMemory.BASE + 0x123_4560L;

  private final Memory memory = new Memory();

  @Test
  void keepsBytesOfEachWidth() {
    memory.write(ADDRESS, 8, 0x1122_3344_5566_7788L);
    memory.write(ADDRESS + 2, 1, 0xAA);
    memory.write(ADDRESS + 6, 4, 0xBBCC_DDEEL);
    assertThat(memory.read(ADDRESS, 8)).isEqualTo(0xDDEE_3344_55AA_7788L);
    assertThat(memory.read(ADDRESS + 7, 2)).isEqualTo(0xCCDD);
    assertThat(memory.read(ADDRESS + 10, 4)).isZero();
  }

  @Test
  void isClearedByReset() {
    memory.write(ADDRESS, 8, -1);
    memory.clear();
    assertThat(memory.read(ADDRESS, 8)).isZero();
  }

  @Test
  void hasNothingBelow() {
    memory.write(StackMemory.BASE - 8, 8, 0);
    assertThat(memory.read(StackMemory.BASE - 8, 8)).isEqualTo(-1);
  }
}
