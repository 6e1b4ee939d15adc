package io.apictck.reports.allure;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds Allure's report with Allure's own generator, in a JVM of its own. */
public final class AllureReport {
  private static final String MAIN = "io.qameta.allure.CommandLine";

  private final Path generator;

  private AllureReport(Path generator) {
    this.generator = generator;
  }

  /** The generator that the build unpacks; empty if it is not there. */
  public static Optional<AllureReport> find() {
    Path home = Path.of(System.getProperty("apictck.home", "."));
    Path generator =
        Optional.ofNullable(System.getProperty("apictck.allure"))
            .map(Path::of)
            .orElse(home.resolve("reports/target/allure"));
    return Files.isDirectory(generator.resolve("lib"))
        ? Optional.of(new AllureReport(generator.toAbsolutePath()))
        : Optional.empty();
  }

  /** Starts to build a report as one file, which opens from disk too. */
  public Building start(List<Path> results, Path output, Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(
        generator.resolve("lib").resolve("*")
            + File.pathSeparator
            + generator.resolve("lib/config"));
    command.add(MAIN);
    command.add("generate");
    if (!Boolean.getBoolean("apictck.allure.multi")) {
      command.add("--single-file");
    }
    command.add("--clean");
    results.forEach(folder -> command.add(folder.toAbsolutePath().toString()));
    command.add("-o");
    command.add(output.toAbsolutePath().toString());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    // without this the report would load a script for statistics from the network
    builder.environment().put("ALLURE_NO_ANALYTICS", "true");
    builder.environment().put("APP_HOME", generator.toString());
    return new Building(builder.start());
  }

  /** A report that is being built. */
  public static final class Building {
    private final Process process;

    private Building(Process process) {
      this.process = process;
    }

    /** Waits for its end; tells whether it worked. */
    public boolean finish() throws InterruptedException {
      try {
        return process.waitFor() == 0;
      } catch (InterruptedException e) {
        process.destroy();
        throw e;
      }
    }
  }
}
