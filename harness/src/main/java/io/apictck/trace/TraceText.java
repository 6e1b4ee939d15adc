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
    return lines(entries, Integer.MAX_VALUE);
  }

  /**
   * As {@link #lines(List)}, for a reader who sees {@code width} characters of a line: blocks may
   * end a little behind them.
   */
  public static List<String> lines(List<TraceEntry> entries, int width) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      TraceEntry entry = entries.get(i);
      if (endsAtOnce(entries, i)) {
        Event.Completed completed = (Event.Completed) ((TraceEntry.Saw) entries.get(++i)).event();
        lines.add(block(executed(entry), completed.values(), width));
      } else if (entry instanceof TraceEntry.Did(long _, Action.Execute execute)) {
        lines.add(block(execute, null, width));
      } else {
        lines.add(line(entry));
      }
    }
    return lines;
  }

  /** How many lines {@link #lines(List)} makes of some entries. */
  public static int lineCount(List<TraceEntry> entries) {
    int count = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (endsAtOnce(entries, i)) {
        i++;
      }
      count++;
    }
    return count;
  }

  /** Whether an entry begins a block that the next entry ends. */
  private static boolean endsAtOnce(List<TraceEntry> entries, int i) {
    return i + 1 < entries.size()
        && entries.get(i) instanceof TraceEntry.Did(long _, Action.Execute execute)
        && entries.get(i + 1) instanceof TraceEntry.Saw(long _, Event.Completed completed)
        && completed.block() == execute.block()
        && completed.cpu() == execute.cpu();
  }

  private static Action.Execute executed(TraceEntry entry) {
    return (Action.Execute) ((TraceEntry.Did) entry).action();
  }

  private static String action(Action action) {
    return switch (action) {
      case Action.Execute execute -> block(execute, null, Integer.MAX_VALUE);
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

  private static String block(Action.Execute execute, long @Nullable [] values, int width) {
    StringBuilder text = new StringBuilder("CPU ").append(execute.cpu()).append(' ');
    String separator = " ";
    int next = 0;
    for (Instruction instruction : execute.instructions()) {
      if (text.length() > width) {
        return text.append(" ...").toString();
      }
      int end = next + instruction.values();
      text.append(separator)
          .append(
              values == null || end > values.length
                  ? InstructionText.of(instruction)
                  : InstructionText.of(instruction, Arrays.copyOfRange(values, next, end)));
      separator = "; ";
      next = end;
    }
    return text.append("  (block ").append(execute.block()).append(')').toString();
  }
}
