package io.apictck.suites.remapping;

import io.apictck.arch.vtd.SourceValidation;

/**
 * Which requesters may use an entry (Intel VT-d specification, "Interrupt Remapping Table Entry
 * (IRTE) for Remapped Interrupts", fields SVT, SQ and SID).
 */
final class SourceRule {
  /** The bits that each qualifier compares. */
  private static final int[] COMPARED = {0xFFFF, 0xFFFB, 0xFFF9, 0xFFF8};

  private static final int BUS_SHIFT = 8;

  private SourceRule() {}

  /** Whether a requester passes a check of a type that is not reserved. */
  static boolean accepts(SourceValidation source, int requester) {
    int bus = bus(requester);
    return switch (source.type()) {
      case SourceValidation.NONE -> true;
      case SourceValidation.REQUESTER ->
          ((requester ^ source.sourceId()) & COMPARED[source.qualifier()]) == 0;
      case SourceValidation.BUS_RANGE ->
          source.sourceId() >>> BUS_SHIFT <= bus && bus <= (source.sourceId() & 0xFF);
      default -> throw new IllegalArgumentException("a reserved type: " + source);
    };
  }

  /** The bus of a requester. */
  static int bus(int requester) {
    return requester >>> BUS_SHIFT;
  }

  /** The ID of a function of a bus. */
  static int requester(int bus, int function) {
    return bus << BUS_SHIFT | function;
  }
}
