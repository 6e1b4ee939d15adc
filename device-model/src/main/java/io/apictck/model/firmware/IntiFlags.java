package io.apictck.model.firmware;

import io.apictck.platform.Board.SourceOverride;

/** MPS INTI flags: polarity in bits 1:0, trigger mode in bits 3:2 (ACPI, "MPS INTI Flags"). */
final class IntiFlags {
  /** As the bus has it. */
  static final int BUS_DEFAULT = 0;

  /** Edge-triggered, active high. */
  static final int EDGE_HIGH = 0x5;

  private static final int LOW = 3;
  private static final int LEVEL = 3 << 2;

  private IntiFlags() {}

  static int of(SourceOverride override) {
    if (!override.level() && !override.activeLow()) {
      return BUS_DEFAULT;
    }
    return (override.activeLow() ? LOW : EDGE_HIGH & LOW)
        | (override.level() ? LEVEL : EDGE_HIGH & LEVEL);
  }
}
