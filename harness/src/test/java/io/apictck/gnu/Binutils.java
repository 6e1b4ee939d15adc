package io.apictck.gnu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The GNU assembler and disassembler for 64-bit code, Intel syntax. */
public final class Binutils {
  /** Why a test that needs them is skipped. */
  public static final String MISSING =
      "GNU binutils (as, objcopy, objdump) for x86-64 are not installed, so the machine code is"
          + " compared with the golden files only";

  private static final int LIMIT_SECONDS = 60;

  private final Path folder;

  /** Works in {@code folder}. */
  public Binutils(Path folder) {
    this.folder = folder;
  }

  /** Whether they are installed and know x86-64. */
  public static boolean areThere() {
    try {
      return run(List.of("as", "--64", "-o", "/dev/null", "/dev/null")).ok()
          && run(List.of("objcopy", "--version")).ok()
          && run(List.of("objdump", "--version")).ok();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Assembles all texts in one go; in a text, a semicolon separates instructions.
   *
   * @return the bytes of each text
   */
  public List<byte[]> assemble(List<String> texts) throws IOException {
    // a table of lengths, then the code: only the assembler knows where each text ends
    StringBuilder source = new StringBuilder(".intel_syntax noprefix\n.text\n");
    for (int i = 0; i < texts.size(); i++) {
      source.append(".long end_%d - begin_%d%n".formatted(i, i));
    }
    for (int i = 0; i < texts.size(); i++) {
      source.append("begin_%d:%n%s%nend_%d:%n".formatted(i, texts.get(i), i));
    }
    Path object = folder.resolve("code.o");
    Path binary = folder.resolve("code.bin");
    Path text = Files.writeString(folder.resolve("code.s"), source);
    check(List.of("as", "--64", "-o", object.toString(), text.toString()));
    check(List.of("objcopy", "-O", "binary", "-j", ".text", object.toString(), binary.toString()));
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(binary)).order(ByteOrder.LITTLE_ENDIAN);
    int[] lengths = new int[texts.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = bytes.getInt();
    }
    List<byte[]> pieces = new ArrayList<>();
    for (int length : lengths) {
      byte[] piece = new byte[length];
      bytes.get(piece);
      pieces.add(piece);
    }
    return pieces;
  }

  /** The instructions in {@code code}, a line each. */
  public List<String> disassemble(byte[] code) throws IOException {
    if (code.length == 0) {
      return List.of();
    }
    Path binary = Files.write(folder.resolve("other.bin"), code);
    String text =
        check(
            List.of(
                "objdump",
                "-D",
                "-b",
                "binary",
                "-m",
                "i386:x86-64",
                "-M",
                "intel",
                "--no-show-raw-insn",
                binary.toString()));
    // "   4:<tab>mov    rax,rdx"
    return text.lines()
        .filter(line -> line.matches("\\s*[0-9a-f]+:\\t.*"))
        .map(line -> line.substring(line.indexOf('\t') + 1).strip())
        .toList();
  }

  /** Whether both are the same instructions, perhaps encoded in different ways. */
  public boolean same(byte[] one, byte[] other) throws IOException {
    return Arrays.equals(one, other) || disassemble(one).equals(disassemble(other));
  }

  /** For a message: the bytes and the instructions. */
  public String describe(byte[] code) throws IOException {
    return HexFormat.of().withUpperCase().formatHex(code)
        + " ("
        + String.join("; ", disassemble(code))
        + ")";
  }

  private record Result(boolean ok, String output) {}

  private static String check(List<String> command) throws IOException {
    Result result = run(command);
    if (!result.ok) {
      throw new IOException(command.getFirst() + ": " + result.output);
    }
    return result.output;
  }

  private static Result run(List<String> command) throws IOException {
    // the output goes to a file, so that a wait with a limit is all that is needed
    Path output = Files.createTempFile("binutils", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(command.getFirst() + " did not end within 60 s");
      }
      return new Result(process.exitValue() == 0, Files.readString(output));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command.getFirst() + ": interrupted", e);
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(output);
    }
  }
}
