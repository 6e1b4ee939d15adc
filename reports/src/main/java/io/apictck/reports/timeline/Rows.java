package io.apictck.reports.timeline;

import io.apictck.arch.Exceptions;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.reports.timeline.Row.Change;
import io.apictck.reports.timeline.Row.Kind;
import io.apictck.trace.Trace;
import io.apictck.trace.TraceEntry;
import io.apictck.trace.TraceText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Makes the rows of a timeline from a trace. */
final class Rows {
  private final List<Row> rows = new ArrayList<>();
  private final Set<Long> returning = new HashSet<>();

  private Rows() {}

  static List<Row> of(Trace trace) {
    Rows rows = new Rows();
    rows.addAll(trace.head());
    if (trace.omitted() > 0) {
      rows.add(0, Row.ALL, Kind.GAP, "", trace.omitted() + " entries were not kept");
    }
    rows.addAll(trace.tail());
    return rows.rows;
  }

  private void add(long nanos, int lane, Kind kind, String badge, String text) {
    rows.add(Row.of(nanos, lane, kind, badge, text));
  }

  private void addAll(List<TraceEntry> entries) {
    List<TraceGroup> groups = TraceGroup.of(entries);
    for (int i = 0; i < groups.size(); i++) {
      int idle = idle(groups, i);
      if (idle > 1) {
        long first = groups.get(i).nanos();
        add(first, Row.ALL, Kind.TIME, "", "time passes, in " + idle + " steps");
        i += idle - 1;
      } else {
        add(groups.get(i));
      }
    }
  }

  /** How many groups from here on let time pass and saw nothing. */
  private static int idle(List<TraceGroup> groups, int from) {
    int end = from;
    while (end < groups.size()
        && groups.get(end).entries().size() == 1
        && groups.get(end).entries().getFirst()
            instanceof TraceEntry.Did(long _, Action.Elapse _)) {
      end++;
    }
    return end - from;
  }

  private void add(TraceGroup group) {
    List<TraceEntry> entries = group.entries();
    int next = 0;
    while (next < entries.size()) {
      switch (entries.get(next)) {
        case TraceEntry.Note(long nanos, String text) -> add(nanos, Row.ALL, Kind.NOTE, "", text);
        case TraceEntry.Saw(long nanos, Event event) -> rows.add(event(nanos, event));
        case TraceEntry.Did(long nanos, Action.Execute execute) -> {
          Optional<Event.Completed> end = completion(execute, entries, next + 1);
          execute(nanos, execute, end);
          next += end.isPresent() ? 1 : 0;
        }
        case TraceEntry.Did(long nanos, Action action) -> action(nanos, action);
      }
      next++;
    }
  }

  private static Optional<Event.Completed> completion(
      Action.Execute execute, List<TraceEntry> entries, int next) {
    return next < entries.size()
            && entries.get(next) instanceof TraceEntry.Saw(long _, Event.Completed completed)
            && completed.block() == execute.block()
        ? Optional.of(completed)
        : Optional.empty();
  }

  private void execute(long nanos, Action.Execute execute, Optional<Event.Completed> end) {
    Instruction last = execute.instructions().getLast();
    boolean returns =
        last instanceof Instruction.Iret
            || last instanceof Instruction.Rsm
            || last instanceof Instruction.Uiret;
    if (returns && end.isEmpty()) {
      returning.add(execute.block());
    }
    Supplier<String> words = () -> Instructions.of(execute, end.map(Event.Completed::values));
    Change change = returns && end.isPresent() ? Change.LEAVE : privilege(execute.instructions());
    rows.add(new Row(nanos, execute.cpu(), Kind.ACTION, "", words, change));
  }

  private static Change privilege(List<Instruction> instructions) {
    Change change = Change.NONE;
    for (Instruction instruction : instructions) {
      change =
          switch (instruction) {
            case Instruction.EnterUser _ -> Change.TO_USER;
            case Instruction.LeaveUser _ -> Change.TO_KERNEL;
            default -> change;
          };
    }
    return change;
  }

  private void action(long nanos, Action action) {
    switch (action) {
      case Action.SetLine(int gsi, boolean asserted) ->
          stimulus(nanos, "GSI " + gsi + (asserted ? " \u2191" : " \u2193"));
      case Action.SetLocalLine line ->
          stimulus(
              nanos,
              line.line() + " of CPU " + line.cpu() + (line.asserted() ? " \u2191" : " \u2193"));
      case Action.SupplyVector(int vector) ->
          stimulus(nanos, "PIC supplies " + Values.vector(vector));
      case Action.DeviceWrite(int _, long address, int data) ->
          stimulus(
              nanos,
              "write %s \u2190 %s"
                  .formatted(Values.hex(address), Values.hex(Integer.toUnsignedLong(data))));
      case Action.FunctionInterrupt(int _, int number, boolean pending) ->
          stimulus(nanos, "interrupt " + number + (pending ? " \u2191" : " \u2193"));
      case Action.Elapse(long duration) ->
          add(nanos, Row.ALL, Kind.TIME, "", "time passes, up to " + Values.time(duration));
      case Action.Reset() ->
          rows.add(Row.of(nanos, Row.ALL, Kind.RESET, "RESET", "power-on state", Change.CLEAR));
      case Action.SetGate(int vector, boolean trap) ->
          stimulus(nanos, Values.vector(vector) + (trap ? ": trap gate" : ": interrupt gate"));
      case Action.Execute execute -> execute(nanos, execute, Optional.empty());
    }
  }

  private void stimulus(long nanos, String text) {
    add(nanos, Row.DEVICES, Kind.STIMULUS, "", text);
  }

  private Row event(long nanos, Event event) {
    return switch (event) {
      case Event.Completed completed -> {
        String values =
            completed.values().length == 0
                ? ""
                : TraceText.line(new TraceEntry.Saw(nanos, completed))
                    .replaceFirst("^.*->", " \u2192");
        Change change = returning.remove(completed.block()) ? Change.LEAVE : Change.NONE;
        yield Row.of(
            nanos,
            event.cpu(),
            Kind.ENDED,
            "",
            "block " + completed.block() + " ends" + values,
            change);
      }
      case Event.Faulted faulted ->
          Row.of(
              nanos,
              event.cpu(),
              Kind.FAULT,
              exception(faulted.vector()),
              "instruction "
                  + faulted.index()
                  + ", error code "
                  + Values.hex(Integer.toUnsignedLong(faulted.errorCode())));
      case Event.InterruptTaken taken -> taken(nanos, taken);
      case Event.UserInterruptTaken taken ->
          Row.of(
              nanos,
              event.cpu(),
              Kind.USER,
              "USER " + taken.vector(),
              "user interrupt taken",
              Change.ENTER);
      case Event.ExceptionTaken taken ->
          Row.of(
              nanos, event.cpu(), Kind.TRAP, exception(taken.vector()), "trap taken", Change.ENTER);
      case Event.ProcessorReset _ ->
          Row.of(nanos, event.cpu(), Kind.RESET, "INIT", "processor is reset", Change.CLEAR);
      case Event.ProcessorStarted started ->
          Row.of(
              nanos,
              event.cpu(),
              Kind.START,
              started.sipiVector() < 0 ? "START" : "SIPI " + Values.vector(started.sipiVector()),
              "processor starts");
      case Event.VmEntered _ ->
          Row.of(nanos, event.cpu(), Kind.START, "VM ENTRY", "guest is entered");
      case Event.VmExited exited ->
          Row.of(nanos, event.cpu(), Kind.TRAP, "VM EXIT", "reason " + (exited.reason() & 0xFFFF));
      case Event.ShutDown _ ->
          Row.of(nanos, event.cpu(), Kind.FAULT, "SHUTDOWN", "triple fault", Change.CLEAR);
    };
  }

  private static Row taken(long nanos, Event.InterruptTaken taken) {
    Kind kind =
        switch (taken.kind()) {
          case EXTERNAL -> Kind.EXTERNAL;
          case NMI -> Kind.NMI;
          case SOFTWARE -> Kind.SOFTWARE;
          case SMI -> Kind.SMI;
        };
    String badge =
        switch (taken.kind()) {
          case NMI, SMI -> taken.kind().name();
          case EXTERNAL, SOFTWARE -> Values.vector(taken.vector());
        };
    String text = kind == Kind.SOFTWARE ? "software interrupt taken" : "interrupt taken";
    return Row.of(
        nanos,
        taken.cpu(),
        kind,
        badge,
        kind == Kind.NMI || kind == Kind.SMI ? "taken" : text,
        Change.ENTER);
  }

  private static String exception(int vector) {
    return switch (vector) {
      case Exceptions.DB -> "#DB";
      case Exceptions.BP -> "#BP";
      case Exceptions.UD -> "#UD";
      case Exceptions.DF -> "#DF";
      case Exceptions.GP -> "#GP";
      case Exceptions.PF -> "#PF";
      default -> "#" + vector;
    };
  }
}
