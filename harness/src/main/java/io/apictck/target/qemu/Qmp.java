package io.apictck.target.qemu;

import io.apictck.platform.PlatformException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The QEMU Machine Protocol: one JSON object a line. Of what comes back only a few members are
 * looked at, and a quotation mark inside a string is always escaped, so patterns are enough to find
 * them.
 */
final class Qmp implements AutoCloseable {
  private static final Pattern ID = Pattern.compile("\"id\": ?(\\d+)");
  private static final Pattern EVENT = Pattern.compile("\"event\": ?\"(\\w+)\"");
  private static final Pattern ERROR = Pattern.compile("\"desc\": ?\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern PROCESSOR = Pattern.compile("\"qom-path\": ?\"([^\"]*)\"");
  private static final String STOPPED_ITSELF = "\"guest\": true";

  private final Replies replies;
  private final Replies resets;
  private final LineSocket socket;
  private final long limit;
  private final String version;
  private final List<String> processors;
  private volatile boolean down;
  private int id;

  /**
   * Connects.
   *
   * @param startLimit how long connecting may take, in nanoseconds
   * @param limit how long an answer may take, in nanoseconds
   */
  Qmp(Path path, QemuProcess process, long startLimit, long limit) {
    this.limit = limit;
    this.replies = new Replies("QMP", process);
    this.resets = new Replies("QMP", process);
    this.socket =
        LineSocket.connect(
            path,
            process,
            startLimit,
            this::received,
            () -> {
              replies.ended();
              resets.ended();
            });
    String greeting = replies.next(startLimit);
    version =
        "%s.%s.%s"
            .formatted(
                number("major", greeting), number("minor", greeting), number("micro", greeting));
    run(command("qmp_capabilities"));
    processors =
        PROCESSOR
            .matcher(run(command("query-cpus-fast")))
            .results()
            .map(found -> found.group(1))
            .toList();
  }

  private static String number(String name, String greeting) {
    Matcher number = Pattern.compile("\"" + name + "\": ?(\\d+)").matcher(greeting);
    if (!number.find()) {
      throw new PlatformException("what answers as QMP is no QEMU: " + greeting);
    }
    return number.group(1);
  }

  /** Of QEMU. */
  String version() {
    return version;
  }

  /** Whether the guest stopped the machine, as by a triple fault. */
  boolean down() {
    return down;
  }

  /** Stops the processors. */
  void stop() {
    run(command("stop"));
  }

  /** Lets the processors go. */
  void go() {
    run(command("cont"));
  }

  /**
   * Stops the machine and resets it to its power-on state.
   *
   * @return whether it is as new: a processor whose local APIC was once disabled stays without the
   *     CPUID bit that tells of it
   */
  boolean reset() {
    List<String> commands = new ArrayList<>();
    commands.add(command("stop"));
    for (String processor : processors) {
      commands.add(command("qom-get", "\"path\": \"" + processor + "\", \"property\": \"apic\""));
    }
    // only a reset that is asked for here resets: one that the guest asks for stops the machine
    commands.add(command("set-action", "\"reboot\": \"reset\""));
    commands.add(command("system_reset"));
    commands.add(command("set-action", "\"reboot\": \"shutdown\""));
    List<String> answers = run(commands);
    resets.next(limit);
    down = false;
    return answers.stream().noneMatch(answer -> answer.contains("\"return\": false"));
  }

  /** What the monitor shows of the registers of a processor. */
  String registers(int cpu) {
    return run(command(
            "human-monitor-command", "\"command-line\": \"info registers\", \"cpu-index\": " + cpu))
        .replace("\\r\\n", "\n");
  }

  private static String command(String name) {
    return command(name, "");
  }

  private static String command(String name, String arguments) {
    return "{\"execute\": \"%s\", \"arguments\": {%s}, \"id\": ".formatted(name, arguments);
  }

  /** Runs commands; gives the answers. */
  private synchronized List<String> run(List<String> commands) {
    List<String> answers = new ArrayList<>();
    int last = id + commands.size();
    StringBuilder text = new StringBuilder();
    for (String command : commands) {
      text.append(command).append(++id).append("}\n");
    }
    socket.send(text.toString());
    while (true) {
      String reply = replies.next(limit);
      Matcher found = ID.matcher(reply);
      if (!found.find()) {
        continue;
      }
      Matcher error = ERROR.matcher(reply);
      if (error.find()) {
        throw new PlatformException("qemu refused a command: " + error.group(1));
      }
      answers.add(reply);
      if (Integer.parseInt(found.group(1)) == last) {
        return answers;
      }
    }
  }

  private String run(String command) {
    return run(List.of(command)).getLast();
  }

  private void received(String line) {
    Matcher event = EVENT.matcher(line);
    if (!event.find()) {
      replies.received(line);
    } else if (event.group(1).equals("RESET")) {
      resets.received(line);
    } else if (event.group(1).equals("SHUTDOWN") && line.contains(STOPPED_ITSELF)) {
      down = true;
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
