package io.apictck.arch.vtd;

/**
 * An entry of the interrupt remapping table (IRTE), 128 bits: what both formats have in common
 * (Intel VT-d specification, "Interrupt Remapping Table Entry (IRTE) for Remapped Interrupts" and
 * "... for Posted Interrupts").
 */
public sealed interface RemappingEntry permits RemappedEntry, PostedEntry {
  /** P, bit 0. */
  long PRESENT = 1;

  /** FPD, bit 1: faults that it qualifies are not recorded. */
  long FAULT_PROCESSING_DISABLE = 1 << 1;

  /** AVAIL, bits 11:8, for software. */
  long AVAILABLE = 0xF00;

  /** IM, bit 15: the format, 1 is posted. */
  long POSTED = 1 << 15;

  /** Position of the vector, bits 23:16. */
  int VECTOR_SHIFT = 16;

  /** SQ and SVT: where they are in the high half; SID is below. */
  int SQ_SHIFT = 16;

  /** Position of SVT in the high half. */
  int SVT_SHIFT = 18;

  /** Bits 19:0 of the high half: SID, SQ and SVT. */
  long SOURCE = 0xF_FFFF;

  /** An entry of the format that its bit IM tells. */
  static RemappingEntry of(long low, long high) {
    return (low & POSTED) == 0 ? new RemappedEntry(low, high) : new PostedEntry(low, high);
  }

  /** Bits 63:0. */
  long low();

  /** Bits 127:64. */
  long high();

  default boolean present() {
    return (low() & PRESENT) != 0;
  }

  default boolean faultProcessingDisabled() {
    return (low() & FAULT_PROCESSING_DISABLE) != 0;
  }

  /** Bits 11:8. */
  default int available() {
    return (int) (low() & AVAILABLE) >>> 8;
  }

  /** Bits 23:16. */
  default int vector() {
    return (int) (low() >>> VECTOR_SHIFT) & 0xFF;
  }

  /** SVT, SQ and SID. */
  default SourceValidation source() {
    return new SourceValidation(
        (int) (high() >>> SVT_SHIFT) & 3, (int) (high() >>> SQ_SHIFT) & 3, (int) high() & 0xFFFF);
  }

  /** Bits 83:64 of an entry that wants this. */
  static long sourceBits(SourceValidation source) {
    return (long) (source.type() & 3) << SVT_SHIFT
        | (long) (source.qualifier() & 3) << SQ_SHIFT
        | (source.sourceId() & 0xFFFF);
  }
}
