package io.apictck.target.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.PlatformException;
import org.junit.jupiter.api.Test;

/** The memory for blocks. */
final class CodeSpaceTest {
  private static final int SIZE = AgentLayout.CODE_SIZE;
  private static final long BASE = AgentLayout.CODE + 2L * SIZE;

  private final CodeSpace space = new CodeSpace(BASE, SIZE);

  @Test
  void givesOnePieceAfterTheOther() {
    assertThat(space.take(16)).isEqualTo(BASE);
    assertThat(space.take(17)).isEqualTo(BASE + 0x10);
    assertThat(space.take(1)).isEqualTo(BASE + 0x30);
  }

  @Test
  void doesNotGiveFreedMemoryAtOnce() {
    // the processor may still be on its way out of a block that is done
    long first = space.take(0x100);
    space.free(first);
    assertThat(space.take(0x100)).isEqualTo(BASE + 0x100);
  }

  @Test
  void beginsAgainAtTheEnd() {
    long first = space.take(SIZE / 2);
    space.take(SIZE / 4);
    space.free(first);
    assertThat(space.take(SIZE / 2)).isEqualTo(first);
  }

  @Test
  void goesAroundWhatIsTaken() {
    long first = space.take(0x100);
    long second = space.take(0x108);
    space.free(space.take(SIZE - 0x300));
    space.free(first);
    assertThat(space.take(0x200)).isEqualTo(second + 0x110);
  }

  @Test
  void canBeUsedToTheLastByte() {
    assertThat(space.take(SIZE)).isEqualTo(BASE);
    space.free(BASE);
    assertThat(space.take(SIZE)).isEqualTo(BASE);
  }

  @Test
  void saysWhenItIsFull() {
    for (int i = 0; i < 4; i++) {
      space.take(SIZE / 4);
    }
    assertThatThrownBy(() -> space.take(8))
        .isInstanceOf(PlatformException.class)
        .hasMessage("no memory for a block of 8 bytes: 4 blocks did not end");
    space.free(BASE + SIZE / 2);
    assertThat(space.take(8)).isEqualTo(BASE + SIZE / 2);
  }

  @Test
  void refusesWhatNeverFits() {
    assertThatThrownBy(() -> space.take(SIZE + 1))
        .isInstanceOf(PlatformException.class)
        .hasMessage(
            "a block of 65537 bytes does not fit into the 65536 bytes that there are for blocks");
  }

  @Test
  void canBeFreedAsAWhole() {
    space.take(SIZE / 2);
    space.take(SIZE / 2);
    space.freeAll();
    assertThat(space.take(SIZE)).isEqualTo(BASE);
  }
}
