package io.apictck.trace;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.platform.Event;
import io.apictck.platform.Place;

/** Events in a line each. */
final class EventText {
  private EventText() {}

  static String of(Event event) {
    return "CPU " + event.cpu() + "  " + what(event);
  }

  private static String what(Event event) {
    return switch (event) {
      case Event.Completed completed ->
          "ends block "
              + completed.block()
              + (completed.values().length == 0
                  ? ""
                  : " -> " + InstructionText.numbers(completed.values()));
      case Event.Faulted faulted ->
          "faults in block %d instruction %d: %s, error code %s"
              .formatted(
                  faulted.block(),
                  faulted.index(),
                  exception(faulted.vector()),
                  Numbers.hex(Integer.toUnsignedLong(faulted.errorCode())));
      case Event.InterruptTaken taken ->
          "takes " + interrupt(taken) + returning(taken.interrupted(), taken.rflags());
      case Event.UserInterruptTaken taken ->
          "takes user interrupt " + taken.vector() + returning(taken.interrupted(), taken.rflags());
      case Event.ExceptionTaken taken ->
          "takes trap "
              + exception(taken.vector())
              + returning(taken.interrupted(), taken.rflags());
      case Event.ProcessorReset ignored -> "is reset by INIT";
      case Event.ProcessorStarted started ->
          started.sipiVector() < 0
              ? "starts after INIT"
              : "starts by start-up IPI " + Numbers.vector(started.sipiVector());
      case Event.ShutDown ignored -> "shuts down (triple fault)";
      case Event.VmEntered ignored -> "enters the guest";
      case Event.VmExited exited -> "VM exit " + reason(exited.reason()) + at(exited.interrupted());
    };
  }

  private static String interrupt(Event.InterruptTaken taken) {
    return switch (taken.kind()) {
      case EXTERNAL -> "interrupt " + Numbers.vector(taken.vector());
      case NMI -> "NMI";
      case SOFTWARE -> "software interrupt " + Numbers.vector(taken.vector());
      case SMI -> "SMI";
    };
  }

  private static String reason(int reason) {
    int basic = reason & 0xFFFF;
    String name = ExitReason.of(basic).map(known -> " (" + known + ")").orElse("");
    return basic + name + ((reason & ExitReason.ENTRY_FAILURE) != 0 ? ", VM entry failed" : "");
  }

  private static String at(Place place) {
    return place.equals(Place.IDLE)
        ? ""
        : ", guest at block " + place.block() + " instruction " + place.index();
  }

  private static String returning(Place place, long rflags) {
    String where =
        place.equals(Place.IDLE)
            ? ", returns to no block"
            : ", returns to block " + place.block() + " instruction " + place.index();
    return where + ((rflags & Rflags.IF) == 0 ? ", IF=0" : "");
  }

  private static String exception(int vector) {
    String name =
        switch (vector) {
          case Exceptions.DB -> " (#DB)";
          case Exceptions.BP -> " (#BP)";
          case Exceptions.UD -> " (#UD)";
          case Exceptions.DF -> " (#DF)";
          case Exceptions.GP -> " (#GP)";
          case Exceptions.PF -> " (#PF)";
          default -> "";
        };
    return vector + name;
  }
}
