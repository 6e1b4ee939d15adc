package io.apictck.arch;

/**
 * An entry of an MSI-X table (PCI Local Bus Specification, "MSI-X Capability and Table
 * Structures").
 *
 * @param address message address
 * @param data message data
 * @param vectorControl Vector Control
 */
public record MsiXEntry(long address, int data, int vectorControl) {
  /** Size in bytes. */
  public static final int SIZE = 16;

  /** Offset of the lower half of the message address. */
  public static final int ADDRESS = 0;

  /** Offset of the upper half of the message address. */
  public static final int UPPER_ADDRESS = 4;

  /** Offset of the message data. */
  public static final int DATA = 8;

  /** Offset of Vector Control. */
  public static final int VECTOR_CONTROL = 12;

  /** Vector Control, bit 0: the entry sends nothing. */
  public static final int MASK = 1;

  /** An unmasked entry. */
  public static MsiXEntry of(MessageAddress address, MessageData data) {
    return new MsiXEntry(Integer.toUnsignedLong(address.raw()), data.raw(), 0);
  }

  public boolean masked() {
    return (vectorControl & MASK) != 0;
  }

  public MsiXEntry withMasked(boolean masked) {
    return new MsiXEntry(address, data, masked ? vectorControl | MASK : vectorControl & ~MASK);
  }
}
