package io.apictck.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.gnu.Binutils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine code of each instruction against what the GNU assembler makes of its text. */
final class AssemblyTest {
  @TempDir private Path folder;

  @Test
  void isAsTheAssemblerHasIt() throws IOException {
    assumeTrue(Binutils.areThere(), Binutils.MISSING);
    Binutils gnu = new Binutils(folder);
    List<Instruction> instructions = MachineCodeTest.instructions();
    List<String> names = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (String line : lines()) {
      String[] parts = line.split("\\|", -1);
      names.add(parts[0]);
      texts.addAll(List.of(parts[1], parts[2], parts[3]));
    }
    assertThat(names)
        .containsExactlyElementsOf(instructions.stream().map(Object::toString).toList());

    List<byte[]> pieces = gnu.assemble(texts);
    List<String> different = new ArrayList<>();
    for (int i = 0; i < instructions.size(); i++) {
      MachineCode code = instructions.get(i).machineCode();
      List<byte[]> encoded = List.of(code.setUp(), code.body(), code.store());
      for (int piece = 0; piece < 3; piece++) {
        byte[] expected = pieces.get(3 * i + piece);
        if (!gnu.same(encoded.get(piece), expected)) {
          different.add(
              "%s: \"%s\" is %s, not %s"
                  .formatted(
                      names.get(i),
                      texts.get(3 * i + piece),
                      gnu.describe(expected),
                      gnu.describe(encoded.get(piece))));
        }
      }
    }
    assertThat(different).isEmpty();
  }

  private static List<String> lines() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(AssemblyTest.class.getResourceAsStream("assembly.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
