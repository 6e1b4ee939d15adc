package io.apictck.trace;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Traces as text: a line for each entry, registers by name. */
public final class TraceText {
  /** How many entries an excerpt looks at for each line it has at most: block and end make one. */
  private static final int ENTRIES_A_LINE = 3;

  private TraceText() {}

  /** The entry in one line, without its time. */
  public static String line(TraceEntry entry) {
    return switch (entry) {
      case TraceEntry.Did(long _, Action action) -> action(action);
      case TraceEntry.Saw(long _, Event event) -> EventText.of(event);
      case TraceEntry.Note(long _, String text) -> "note: " + text;
    };
  }

  /** Instructions in one line. */
  public static String block(List<Instruction> instructions) {
    return instructions.stream().map(InstructionText::of).collect(Collectors.joining("; "));
  }

  /**
   * The last lines of a trace. A block that ended at once is one line, with what it gave.
   *
   * @param count how many lines at most
   */
  public static List<String> excerpt(Trace trace, int count) {
    List<String> lines = lines(trace.last(count * ENTRIES_A_LINE));
    return lines.subList(Math.max(0, lines.size() - count), lines.size());
  }

  /** Entries as lines. A block that ended at once is one line, with what it gave. */
  public static List<String> lines(List<TraceEntry> entries) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      TraceEntry entry = entries.get(i);
      if (i + 1 < entries.size()
          && entry instanceof TraceEntry.Did(long _, Action.Execute execute)
          && entries.get(i + 1) instanceof TraceEntry.Saw(long _, Event.Completed completed)
          && completed.block() == execute.block()
          && completed.cpu() == execute.cpu()) {
        lines.add(block(execute, completed.values()));
        i++;
      } else {
        lines.add(line(entry));
      }
    }
    return lines;
  }

  private static String action(Action action) {
    return switch (action) {
      case Action.Execute execute -> block(execute, null);
      case Action.SetLine(int gsi, boolean asserted) ->
          "GSI " + gsi + (asserted ? " asserted" : " deasserted");
      case Action.SetLocalLine line ->
          "CPU " + line.cpu() + "  " + line.line() + (line.asserted() ? " high" : " low");
      case Action.SupplyVector(int vector) ->
          "the external controller supplies " + Numbers.vector(vector);
      case Action.DeviceWrite(int requesterId, long address, int data) ->
          "device %s  [%s] <- %s"
              .formatted(
                  Numbers.requester(requesterId),
                  Numbers.address(address),
                  Numbers.hex(Integer.toUnsignedLong(data)));
      case Action.FunctionInterrupt(int requesterId, int number, boolean pending) ->
          "device %s  interrupt %d %s"
              .formatted(
                  Numbers.requester(requesterId), number, pending ? "pending" : "not pending");
      case Action.Elapse(long nanos) -> "time passes, up to " + Numbers.duration(nanos);
      case Action.Reset() -> "reset";
      case Action.SetGate(int vector, boolean trap) ->
          "gate " + Numbers.vector(vector) + (trap ? " is a trap gate" : " is an interrupt gate");
    };
  }

  private static String block(Action.Execute execute, long @Nullable [] values) {
    List<Instruction> instructions = execute.instructions();
    List<String> texts = new ArrayList<>(instructions.size());
    int next = 0;
    for (Instruction instruction : instructions) {
      int end = next + instruction.values();
      texts.add(
          values == null || end > values.length
              ? InstructionText.of(instruction)
              : InstructionText.of(instruction, Arrays.copyOfRange(values, next, end)));
      next = end;
    }
    return texts.stream()
        .collect(
            Collectors.joining(
                "; ", "CPU " + execute.cpu() + "  ", "  (block " + execute.block() + ")"));
  }
}
