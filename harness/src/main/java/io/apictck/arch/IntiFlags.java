package io.apictck.arch;

/**
 * MPS INTI flags: polarity and trigger mode of an interrupt input (ACPI Specification, "Multiple
 * APIC Description Table"; MultiProcessor Specification, "I/O Interrupt Assignment Entries").
 *
 * @param raw 16 bits
 */
public record IntiFlags(int raw) {
  /** As the specification of the bus has it: for ISA edge-triggered, active high. */
  public static final IntiFlags BUS_DEFAULT = new IntiFlags(0);

  private static final int HIGH = 1;
  private static final int RESERVED = 2;
  private static final int LOW = 3;
  private static final int EDGE = 1 << 2;
  private static final int LEVEL = 3 << 2;
  private static final int FIELD = 3;
  private static final int DEFINED = 0xF;

  /** Flags that name both polarity and trigger mode. */
  public static IntiFlags of(boolean activeLow, boolean level) {
    return new IntiFlags((activeLow ? LOW : HIGH) | (level ? LEVEL : EDGE));
  }

  private int polarity() {
    return raw & FIELD;
  }

  private int trigger() {
    return raw >>> 2 & FIELD;
  }

  /** Whether a field has its reserved value 10b, or a reserved bit is set. */
  public boolean isReserved() {
    return polarity() == RESERVED || trigger() == RESERVED || (raw & ~DEFINED) != 0;
  }

  /** Whether the input is active low; the default of the ISA bus is active high. */
  public boolean activeLow() {
    return polarity() == LOW;
  }

  /** Whether the input is level-triggered; the default of the ISA bus is edge-triggered. */
  public boolean level() {
    return trigger() == FIELD;
  }
}
