package io.apictck.arch.vtd;

/**
 * The fault status register (Intel VT-d specification, "Fault Status Register").
 *
 * @param raw the 32 bits
 */
public record FaultStatus(int raw) {
  /** Primary fault overflow; writing 1 clears it. */
  public static final int PFO = 1;

  /** Primary pending fault, read-only: a fault recording register holds a fault. */
  public static final int PPF = 1 << 1;

  /** Advanced fault overflow. */
  public static final int AFO = 1 << 2;

  /** Advanced pending fault. */
  public static final int APF = 1 << 3;

  /** Invalidation queue error; writing 1 clears it. */
  public static final int IQE = 1 << 4;

  /** Invalidation completion error; writing 1 clears it. */
  public static final int ICE = 1 << 5;

  /** Invalidation time-out error; writing 1 clears it. */
  public static final int ITE = 1 << 6;

  /** Position of the fault record index, bits 15:8, read-only. */
  public static final int FRI_SHIFT = 8;

  /** The register with the given raw value. */
  public static FaultStatus of(int raw) {
    return new FaultStatus(raw);
  }

  public boolean overflow() {
    return (raw & PFO) != 0;
  }

  public boolean pending() {
    return (raw & PPF) != 0;
  }

  public boolean queueError() {
    return (raw & IQE) != 0;
  }

  /** FRI: the fault recording register with the first pending fault, if {@link #pending}. */
  public int firstRecord() {
    return raw >>> FRI_SHIFT & 0xFF;
  }
}
