package io.apictck.arch.vtd;

import java.util.Optional;

/**
 * A fault recording register (Intel VT-d specification, "Fault Recording Registers").
 *
 * @param low bits 63:0
 * @param high bits 127:64
 */
public record FaultRecord(long low, long high) {
  /** Its size in bytes. */
  public static final int SIZE = 16;

  /** No fault. */
  public static final FaultRecord NONE = new FaultRecord(0, 0);

  /** F, bit 63 of the high half: a fault is recorded; writing 1 clears it. */
  public static final long FAULT = 1L << 63;

  private static final int INDEX_SHIFT = 48;
  private static final int REASON_SHIFT = 32;
  private static final int REASON = 0xFF;

  /** The register with the given halves. */
  public static FaultRecord of(long low, long high) {
    return new FaultRecord(low, high);
  }

  /** A fault of an interrupt request. */
  public static FaultRecord of(FaultReason reason, int sourceId, int index) {
    long fault = FAULT | (long) reason.code() << REASON_SHIFT | (sourceId & 0xFFFFL);
    return new FaultRecord((long) index << INDEX_SHIFT, fault);
  }

  /** Whether it holds a fault. */
  public boolean pending() {
    return (high & FAULT) != 0;
  }

  /** FR, bits 103:96. */
  public int reasonCode() {
    return (int) (high >>> REASON_SHIFT) & REASON;
  }

  /** The reason, if it is one of interrupt remapping. */
  public Optional<FaultReason> reason() {
    return FaultReason.of(reasonCode());
  }

  /** SID, bits 79:64: who made the request. */
  public int sourceId() {
    return (int) high & 0xFFFF;
  }

  /** FI, bits 63:48 of interrupt faults: the index into the table. */
  public int interruptIndex() {
    return (int) (low >>> INDEX_SHIFT);
  }

  /** A copy whose fault is cleared. */
  public FaultRecord cleared() {
    return new FaultRecord(low, high & ~FAULT);
  }
}
