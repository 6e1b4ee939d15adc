package io.apictck.model.processor.vmx;

/**
 * What the operation that runs at the moment, an instruction or an iteration of a repeated one, has
 * written to the APIC-access page (Intel SDM Vol. 3C, "Determining Whether a Write Access is
 * Virtualized", "APIC-Write Emulation").
 */
final class OperationWrite {
  private static final int NOTHING = -1;

  private final ApicVirtualizationDecisions decisions;
  private int offset = NOTHING;
  private int width;

  OperationWrite(ApicVirtualizationDecisions decisions) {
    this.decisions = decisions;
  }

  boolean pending() {
    return offset != NOTHING;
  }

  int offset() {
    return offset;
  }

  /** Whether a read can be virtualized. */
  boolean allowsRead() {
    return !pending() || decisions.virtualizesReadAfterWrite();
  }

  /** Whether a write can be virtualized. */
  boolean allowsWrite(int itsOffset, int itsWidth) {
    return !pending()
        || (itsOffset == offset && itsWidth == width)
        || decisions.virtualizesOtherWrite();
  }

  void done(int itsOffset, int itsWidth) {
    offset = itsOffset;
    width = itsWidth;
  }

  void forget() {
    offset = NOTHING;
  }
}
