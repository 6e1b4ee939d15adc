package io.apictck.assertions;

import io.apictck.machine.Hex;
import io.apictck.machine.InterruptFrame;
import io.apictck.platform.Place;

/** Interrupts that were taken, in words. */
final class InterruptText {
  private InterruptText() {}

  static String expected(InterruptFrame frame, String what) {
    return "%s should %s, but has vector %s, returns to %s and saved RFLAGS %s"
        .formatted(
            frame,
            what,
            Hex.vector(frame.vector()),
            place(frame.interrupted()),
            Hex.dword((int) frame.rflags()));
  }

  static String place(Place place) {
    return place.equals(Place.IDLE)
        ? "no block"
        : "block " + place.block() + " instruction " + place.index();
  }
}
