package io.apictck.reports.cli;

import io.apictck.platform.Board;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformProvider;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.UnsupportedRequestException;
import io.apictck.target.Targets;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code apic-tck targets}. */
@Command(
    name = "targets",
    description = "List what can be tested here, and what keeps the others from it.",
    footerHeading = "%n",
    footer = {
      "A target is written name[:key=value,...]. Further targets come from jars named in",
      "APIC_TCK_CLASSPATH."
    })
final class TargetsCommand implements Runnable {
  @Spec private CommandSpec spec;

  TargetsCommand() {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    for (PlatformProvider provider : Targets.load().all()) {
      out.println(provider.name());
      out.println("  " + provider.summary());
      new TreeMap<>(provider.options())
          .forEach((key, text) -> out.println("  " + key + "=...  " + text));
      if (provider.obstacles().isEmpty()) {
        out.println("  " + capabilities(provider));
      }
      provider.obstacles().forEach(obstacle -> out.println("  cannot be used here: " + obstacle));
    }
    out.flush();
  }

  /** What a machine with default options says of itself. */
  private static String capabilities(PlatformProvider provider) {
    try (Platform platform = provider.open(Map.of(), MachineRequest.of(1))) {
      PlatformDescription description = platform.description();
      String stimuli =
          description.stimuli().stream()
              .sorted()
              .map(stimulus -> stimulus.name().toLowerCase(Locale.ROOT).replace('_', ' '))
              .collect(Collectors.joining(", "));
      return "here: version %s, %s time; board: %s; offers: %s"
          .formatted(
              description.version(),
              description.virtualTime() ? "virtual" : "real",
              board(description.board()),
              stimuli.isEmpty() ? "instructions only" : stimuli);
    } catch (PlatformException | PlatformTimeoutException | UnsupportedRequestException e) {
      return "needs options: " + e.getMessage();
    }
  }

  private static String board(Board board) {
    List<String> parts = new ArrayList<>();
    parts.add(number(board.ioApics().size(), "I/O APIC"));
    board.devices().stream()
        .sorted()
        .map(part -> part.name().replace('_', ' '))
        .forEach(parts::add);
    parts.add(number(board.lines().size(), "line") + " driven");
    parts.add(number(board.functions().size(), "PCI function") + " driven");
    if (!board.remappingUnits().isEmpty()) {
      parts.add(number(board.remappingUnits().size(), "remapping unit"));
    }
    return String.join(", ", parts);
  }

  private static String number(int count, String what) {
    return (count == 0 ? "no" : Integer.toString(count)) + " " + what + (count > 1 ? "s" : "");
  }
}
