package io.apictck.target.qemu;

import io.apictck.platform.PlatformException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What stands behind {@code qemu:}.
 *
 * @param program the QEMU program, found on this computer
 * @param accel {@code tcg} or {@code kvm}
 * @param machine {@code pc} or {@code q35}
 * @param iommu whether a {@code q35} has an Intel remapping unit
 * @param cpu processor model with its flags, as QEMU writes it
 * @param args further arguments of QEMU
 */
record QemuOptions(
    Path program, String accel, String machine, boolean iommu, String cpu, List<String> args) {
  static final String PROGRAM = "qemu-system-x86_64";

  private static final List<String> ACCELERATORS = List.of("tcg", "kvm");
  private static final String Q35 = "q35";
  private static final List<String> MACHINES = List.of("pc", Q35);
  private static final String ON = "on";
  private static final List<String> SWITCH = List.of(ON, "off");

  QemuOptions {
    args = List.copyOf(args);
  }

  /** Keys, each with a sentence. */
  static Map<String, String> keys() {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("path", "The QEMU program, " + PROGRAM + " of PATH without it.");
    keys.put("accel", "tcg (the default) or kvm.");
    keys.put("machine", "pc (the default) or q35.");
    keys.put("iommu", "on: q35 has a remapping unit (intel-iommu); off is the default.");
    keys.put(
        "cpu",
        "Processor model and flags as for -cpu, ; instead of a comma; max with tcg, host with kvm.");
    keys.put("args", "More arguments of QEMU, between spaces, ; instead of a comma.");
    return keys;
  }

  /**
   * Reads options.
   *
   * @throws PlatformException if one of them cannot be
   */
  static QemuOptions of(Map<String, String> options) {
    for (String key : options.keySet()) {
      if (!keys().containsKey(key)) {
        throw new PlatformException("the target qemu has no option " + key);
      }
    }
    String accel = choice("accel", options.getOrDefault("accel", "tcg"), ACCELERATORS);
    String machine = choice("machine", options.getOrDefault("machine", "pc"), MACHINES);
    boolean iommu = choice("iommu", options.getOrDefault("iommu", "off"), SWITCH).equals(ON);
    if (iommu && !machine.equals(Q35)) {
      throw new PlatformException(
          "the target qemu has a remapping unit on q35 only: add machine=q35, or leave out iommu=on");
    }
    String cpu = options.getOrDefault("cpu", accel.equals("kvm") ? "host" : "max");
    return new QemuOptions(
        program(options.get("path")),
        accel,
        machine,
        iommu,
        commas(cpu),
        words(options.getOrDefault("args", "")));
  }

  /** The program of that name on the search path. */
  static Optional<Path> find(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Path program(String path) {
    if (path == null) {
      return find(PROGRAM)
          .orElseThrow(
              () -> new PlatformException("the target qemu does not find " + PROGRAM + " on PATH"));
    }
    Path program = Path.of(path);
    if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
      throw new PlatformException(
          "the target qemu cannot run " + path + ": there is no such program");
    }
    return program;
  }

  private static String choice(String key, String value, List<String> known) {
    if (!known.contains(value)) {
      throw new PlatformException(
          "the target qemu knows no %s \"%s\"; known: %s"
              .formatted(key, value, String.join(" and ", known)));
    }
    return value;
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.split(" ", -1)) {
      if (!word.isBlank()) {
        words.add(commas(word));
      }
    }
    return words;
  }

  private static String commas(String text) {
    return text.replace(';', ',');
  }
}
