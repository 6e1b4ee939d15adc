package io.apictck.target.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guest memory in this process. */
final class SharedMemoryTest {
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment ram = arena.allocate(64, 8);
  private final SharedMemory memory = new SharedMemory(ram);

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void isWrittenInTheOrderOfTheGuest() {
    memory.write64(8, 0x1122_3344_5566_7788L);
    assertThat(ram.get(ValueLayout.JAVA_BYTE, 8)).isEqualTo((byte) 0x88);
    assertThat(ram.get(ValueLayout.JAVA_BYTE, 15)).isEqualTo((byte) 0x11);
    assertThat(memory.read64(8)).isEqualTo(0x1122_3344_5566_7788L);
    assertThat(memory.read64(0)).isZero();
    assertThat(memory.read64(16)).isZero();
  }

  @Test
  void takesBytes() {
    memory.write(13, new byte[] {1, 2, 3, 4});
    assertThat(memory.read64(8)).isEqualTo(0x0302_0100_0000_0000L);
    assertThat(memory.read64(16)).isEqualTo(4);
  }

  @Test
  void clearsWhatItIsToldTo() {
    ram.fill((byte) 0xFF);
    memory.clear(9, 8);
    assertThat(memory.read64(8)).isEqualTo(0xFF);
    assertThat(memory.read64(16)).isEqualTo(~0xFFL);
  }

  @Test
  void isOnlyAsLargeAsTheRam() {
    assertThatThrownBy(() -> memory.write64(64, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.write(61, new byte[4]))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
