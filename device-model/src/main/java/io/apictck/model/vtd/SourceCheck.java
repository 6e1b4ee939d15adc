package io.apictck.model.vtd;

import io.apictck.arch.vtd.SourceValidation;

/**
 * Whether a request comes from the source that a table entry wants (Intel VT-d specification,
 * "Interrupt Remapping Table Entry (IRTE) for Remapped Interrupts", fields SVT, SQ and SID).
 *
 * <p>Open point, decided: the reserved type 11 lets any source pass here; the entry is invalid.
 */
class SourceCheck {
  private static final int BUS_SHIFT = 8;
  private static final int BUS = 0xFF;

  /** Whether a source passes. */
  boolean accepts(SourceValidation wanted, int sourceId) {
    return switch (wanted.type()) {
      case SourceValidation.REQUESTER ->
          ((wanted.sourceId() ^ sourceId) & compared(wanted.qualifier())) == 0;
      case SourceValidation.BUS_RANGE -> isInRange(wanted.sourceId(), sourceId >>> BUS_SHIFT);
      default -> true;
    };
  }

  /** The bits of the source that SQ has compared. */
  int compared(int qualifier) {
    return switch (qualifier) {
      case SourceValidation.WITHOUT_BIT_2 -> ~0b100;
      case SourceValidation.WITHOUT_BITS_2_1 -> ~0b110;
      case SourceValidation.WITHOUT_BITS_2_0 -> ~0b111;
      default -> ~0;
    };
  }

  /** Whether a bus lies in the range from bits 15:8 to bits 7:0 of SID. */
  boolean isInRange(int range, int bus) {
    return range >>> BUS_SHIFT <= bus && bus <= (range & BUS);
  }
}
