package io.apictck.assertions;

import io.apictck.machine.LocalApic;

/** A register of a local APIC that is not what it should be, in words. */
final class LocalApicText {
  private LocalApicText() {}

  static String differs(LocalApic lapic, String register, String what, String found) {
    return "%s of CPU %d should %s, but is %s"
        .formatted(register, lapic.cpu().index(), what, found);
  }
}
