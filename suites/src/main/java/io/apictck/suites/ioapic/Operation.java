package io.apictck.suites.ioapic;

import io.apictck.machine.Hex;

/**
 * Something that a walk does.
 *
 * @param kind what
 * @param subject number of the pin, of the processor or of the vector that it is done to
 */
record Operation(Kind kind, int subject) {
  /** What can be done. */
  enum Kind {
    /** The line changes its level. */
    LINE,
    /** The line is driven to the level that it has. */
    SAME_LEVEL,
    /** The mask bit is inverted. */
    MASK,
    /** The low half is written with what it holds. */
    REWRITE,
    /** The trigger mode is inverted. */
    TRIGGER,
    /** The polarity bit is inverted. */
    POLARITY,
    /** The vector becomes the other one. */
    VECTOR,
    /** The destination becomes the other processor: the high half alone is written. */
    PROCESSOR,
    /** The same processor is addressed in the other destination mode. */
    DESTINATION_MODE,
    /** The processor enables interrupts for a moment, and returns from what it took. */
    TAKE,
    /** The processor writes its EOI register. */
    EOI,
    /** As {@link #EOI}, with broadcasts suppressed. */
    SUPPRESSED_EOI,
    /** The EOI register of the I/O APIC is written. */
    DIRECTED_EOI,
    /** The processor sends itself the vector of the first pin, as an edge. */
    SELF_IPI
  }

  /** In words. */
  @Override
  public String toString() {
    return switch (kind) {
      case LINE -> "switch line " + subject;
      case SAME_LEVEL -> "drive line " + subject + " as it is";
      case MASK -> "invert the mask of pin " + subject;
      case REWRITE -> "rewrite the entry of pin " + subject;
      case TRIGGER -> "invert the trigger mode of pin " + subject;
      case POLARITY -> "invert the polarity of pin " + subject;
      case VECTOR -> "change the vector of pin " + subject;
      case PROCESSOR -> "change the processor of pin " + subject;
      case DESTINATION_MODE -> "change the destination mode of pin " + subject;
      case TAKE -> "CPU " + subject + " takes interrupts";
      case EOI -> "EOI on CPU " + subject;
      case SUPPRESSED_EOI -> "EOI without broadcast on CPU " + subject;
      case DIRECTED_EOI -> "directed EOI of " + Hex.vector(LifeCycle.VECTORS[subject]);
      case SELF_IPI -> "CPU " + subject + " sends itself the vector as an edge";
    };
  }
}
