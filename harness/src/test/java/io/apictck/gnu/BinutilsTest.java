package io.apictck.gnu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The second opinion itself: it would notice a wrong byte, and not mind another encoding. */
final class BinutilsTest {
  private static final byte[] MOV_RAX_RDX = {0x48, (byte) 0x89, (byte) 0xD0};
  private static final byte[] MOV_RAX_RDX_TOO = {0x48, (byte) 0x8B, (byte) 0xC2};
  private static final byte[] MOV_RDX_RAX = {0x48, (byte) 0x89, (byte) 0xC2};

  @TempDir private Path folder;

  @BeforeEach
  void skipWithoutThem() {
    assumeTrue(Binutils.areThere(), Binutils.MISSING);
  }

  @Test
  void assemblesSeveralTexts() throws IOException {
    assertThat(new Binutils(folder).assemble(List.of("nop; cli", "", "mov rax, rdx")))
        .containsExactly(new byte[] {(byte) 0x90, (byte) 0xFA}, new byte[0], MOV_RAX_RDX);
  }

  @Test
  void knowsTwoEncodingsOfOneInstruction() throws IOException {
    Binutils gnu = new Binutils(folder);
    assertThat(gnu.disassemble(MOV_RAX_RDX)).containsExactly("mov    rax,rdx");
    assertThat(gnu.same(MOV_RAX_RDX, MOV_RAX_RDX_TOO)).isTrue();
    assertThat(gnu.same(MOV_RAX_RDX, MOV_RDX_RAX)).isFalse();
    assertThat(gnu.same(MOV_RAX_RDX, new byte[0])).isFalse();
  }

  @Test
  void tellsWhatTheAssemblerSays() {
    assertThatThrownBy(() -> new Binutils(folder).assemble(List.of("mov rax, nonsense nonsense")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("as: ")
        .hasMessageContaining("nonsense");
  }
}
