package io.apictck.arch.vmx;

/**
 * An interruption-information field: VM-entry, VM-exit and IDT-vectoring (Intel SDM Vol. 3C,
 * "VM-Entry Controls for Event Injection", "Information for VM Exits Due to Vectored Events").
 *
 * @param raw the 32 bits
 */
@SuppressWarnings("EnumOrdinal") // types are in the order of their numbers
public record InterruptionInformation(int raw) {
  /** Bit 31: the field says something. */
  public static final int VALID = 1 << 31;

  /** Bit 11: at VM entry, push an error code; at VM exit, there is one. */
  public static final int ERROR_CODE = 1 << 11;

  /** Bit 12 at VM exit: NMI unblocking due to IRET. */
  public static final int NMI_UNBLOCKING = 1 << 12;

  /** Bits 30:12, reserved at VM entry. */
  public static final int RESERVED_AT_ENTRY = 0x7FFF_F000;

  private static final int TYPE_SHIFT = 8;

  private static final InterruptionInformation NONE = new InterruptionInformation(0);

  /** A field with its 32 bits. */
  public static InterruptionInformation of(int raw) {
    return raw == 0 ? NONE : new InterruptionInformation(raw);
  }

  /** A valid field without an error code. */
  public static InterruptionInformation of(InterruptionType type, int vector) {
    return new InterruptionInformation(VALID | type.ordinal() << TYPE_SHIFT | (vector & 0xFF));
  }

  /** With bit 11. */
  public InterruptionInformation withErrorCode() {
    return new InterruptionInformation(raw | ERROR_CODE);
  }

  /** Bit 31. */
  public boolean valid() {
    return (raw & VALID) != 0;
  }

  /** Bits 7:0. */
  public int vector() {
    return raw & 0xFF;
  }

  /** Bits 10:8. */
  public InterruptionType type() {
    return InterruptionType.of(raw >>> TYPE_SHIFT & 7);
  }

  /** Bit 11. */
  public boolean hasErrorCode() {
    return (raw & ERROR_CODE) != 0;
  }

  /** Bit 12. */
  public boolean nmiUnblocking() {
    return (raw & NMI_UNBLOCKING) != 0;
  }
}
