package io.apictck.target.bochs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Bochs as it is installed. */
final class BochsProgram {
  /** What Debian calls the packages. */
  static final String INSTALL =
      "install bochs and bochs-term (Debian: apt-get install bochs bochs-term)";

  private static final List<Path> VGA_BIOS =
      List.of(
          Path.of("/usr/share/bochs/VGABIOS-lgpl-latest"),
          Path.of("/usr/share/vgabios/vgabios.bin"),
          Path.of("/usr/local/share/bochs/VGABIOS-lgpl-latest"));
  private static final Pattern VERSION = Pattern.compile("Bochs x86 Emulator (\\S+)");
  private static final int SECONDS = 10;

  private BochsProgram() {}

  /** The program of a path, or the one that the shell would find. */
  static Optional<Path> find(@Nullable String path) {
    if (path != null && path.indexOf('/') >= 0) {
      return Optional.of(Path.of(path)).filter(Files::isExecutable);
    }
    String name = path == null ? "bochs" : path;
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      Path program = Path.of(folder.isEmpty() ? "." : folder, name);
      if (Files.isExecutable(program) && Files.isRegularFile(program)) {
        return Optional.of(program);
      }
    }
    return Optional.empty();
  }

  /** A VGA BIOS: Bochs does not start without one, although nothing here runs it. */
  static Optional<Path> vgaBios() {
    return VGA_BIOS.stream().filter(Files::isReadable).findFirst();
  }

  /** Why it cannot be used, in a sentence each. */
  static List<String> obstacles() {
    List<String> obstacles = new ArrayList<>();
    if (find(null).isEmpty()) {
      obstacles.add("there is no program bochs: " + INSTALL + " or name it with path=");
    } else if (vgaBios().isEmpty()) {
      obstacles.add("there is no VGA BIOS (Debian: apt-get install bochsbios vgabios)");
    }
    return obstacles;
  }

  /** The version that a program tells; empty if it tells none. */
  static String version(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--help", "cpu")
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectErrorStream(true)
              .start();
      try {
        byte[] out = process.getInputStream().readNBytes(1 << 16);
        Matcher matcher = VERSION.matcher(new String(out, StandardCharsets.ISO_8859_1));
        return matcher.find() ? matcher.group(1) : "";
      } finally {
        end(process);
      }
    } catch (IOException e) {
      return "";
    }
  }

  /** Ends a process for certain. */
  static void end(Process process) {
    process.destroyForcibly();
    boolean interrupted = false;
    try {
      boolean ignored = process.waitFor(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
