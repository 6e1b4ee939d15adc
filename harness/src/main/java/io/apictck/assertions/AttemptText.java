package io.apictck.assertions;

import io.apictck.arch.Exceptions;
import io.apictck.machine.Attempt;
import io.apictck.machine.Hex;
import io.apictck.trace.TraceText;

/** Blocks that may fault, in words. */
final class AttemptText {
  private AttemptText() {}

  static String expected(Attempt actual, String what) {
    return switch (actual) {
      case Attempt.Succeeded succeeded ->
          "[%s] should give %s, but it ran to its end"
              .formatted(TraceText.block(succeeded.instructions()), what);
      case Attempt.Failed failed ->
          "[%s] should give %s, but instruction %d raised %s"
              .formatted(
                  TraceText.block(failed.instructions()),
                  what,
                  failed.index(),
                  exception(failed.vector(), failed.errorCode()));
    };
  }

  static String exception(int vector) {
    String name =
        switch (vector) {
          case Exceptions.DB -> "#DB";
          case Exceptions.BP -> "#BP";
          case Exceptions.UD -> "#UD";
          case Exceptions.DF -> "#DF";
          case Exceptions.GP -> "#GP";
          case Exceptions.PF -> "#PF";
          default -> "exception";
        };
    return name + " (vector " + vector + ")";
  }

  static String exception(int vector, int errorCode) {
    return exception(vector) + " with error code " + Hex.dword(errorCode);
  }
}
