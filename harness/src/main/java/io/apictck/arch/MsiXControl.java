package io.apictck.arch;

/**
 * Message Control of an MSI-X capability (PCI Local Bus Specification, "Message Control for
 * MSI-X").
 *
 * @param raw the 16-bit register value
 */
public record MsiXControl(int raw) {
  /** Bits 10:0, read only: number of entries minus one. */
  public static final int TABLE_SIZE = 0x7FF;

  /** Bit 14. */
  public static final int FUNCTION_MASK = 1 << 14;

  /** Bit 15. */
  public static final int ENABLE = 1 << 15;

  /** The bits that software writes. */
  public static final int WRITABLE = FUNCTION_MASK | ENABLE;

  /** Size of the capability in bytes. */
  public static final int SIZE = 0x0C;

  /** Offset of the register in the capability. */
  public static final int OFFSET = 2;

  /** Offset of Table Offset and Table BIR in the capability. */
  public static final int TABLE_OFFSET = 4;

  /** Offset of PBA Offset and PBA BIR in the capability. */
  public static final int PBA_OFFSET = 8;

  /** Table Offset and PBA Offset registers: number of the base address register. */
  public static final int BIR = 7;

  /** The control with the given raw value. */
  public static MsiXControl of(int raw) {
    return new MsiXControl(raw & 0xFFFF);
  }

  /** How many entries the table has, 1 to 2048. */
  public int entries() {
    return (raw & TABLE_SIZE) + 1;
  }

  public boolean functionMask() {
    return (raw & FUNCTION_MASK) != 0;
  }

  public boolean enable() {
    return (raw & ENABLE) != 0;
  }

  public MsiXControl withFunctionMask(boolean masked) {
    return new MsiXControl(masked ? raw | FUNCTION_MASK : raw & ~FUNCTION_MASK);
  }

  public MsiXControl withEnable(boolean enable) {
    return new MsiXControl(enable ? raw | ENABLE : raw & ~ENABLE);
  }
}
