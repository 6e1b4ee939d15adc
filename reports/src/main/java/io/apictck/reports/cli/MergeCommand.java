package io.apictck.reports.cli;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code apic-tck merge}. */
@Command(name = "merge", description = "Merge.")
final class MergeCommand implements Runnable {
  @Parameters(index = "0")
  private Path output = Path.of("merged");

  @Parameters(index = "1..*", arity = "1..*")
  private List<Path> folders = List.of();

  MergeCommand() {}

  @Override
  public void run() {
    System.out.println(output + " " + folders);
  }
}
