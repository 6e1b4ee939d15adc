package io.apictck.arch;

/**
 * Message Control of an MSI capability (PCI Local Bus Specification, "Message Control for MSI").
 *
 * @param raw the 16-bit register value
 */
public record MsiControl(int raw) {
  /** Bit 0. */
  public static final int ENABLE = 1;

  /** Bits 3:1, read only. */
  public static final int MULTIPLE_MESSAGE_CAPABLE = 7 << 1;

  /** Bits 6:4. */
  public static final int MULTIPLE_MESSAGE_ENABLE = 7 << 4;

  /** Bit 7, read only. */
  public static final int ADDRESS_64 = 1 << 7;

  /** Bit 8, read only. */
  public static final int PER_VECTOR_MASKING = 1 << 8;

  /** The bits that software writes. */
  public static final int WRITABLE = ENABLE | MULTIPLE_MESSAGE_ENABLE;

  /** Offset of the register in the capability. */
  public static final int OFFSET = 2;

  /** Offset of the message address in the capability. */
  public static final int ADDRESS_OFFSET = 4;

  /** The highest legal value of the two multiple message fields: 32 messages. */
  public static final int MAX_MULTIPLE_MESSAGE = 5;

  /** The control with the given raw value. */
  public static MsiControl of(int raw) {
    return new MsiControl(raw & 0xFFFF);
  }

  public boolean enable() {
    return (raw & ENABLE) != 0;
  }

  /** Binary logarithm of the number of messages that the function asks for. */
  public int multipleMessageCapable() {
    return (raw & MULTIPLE_MESSAGE_CAPABLE) >>> 1;
  }

  /** Binary logarithm of the number of messages that software allocated. */
  public int multipleMessageEnable() {
    return (raw & MULTIPLE_MESSAGE_ENABLE) >>> 4;
  }

  /** Whether there is an upper half of the message address. */
  public boolean address64() {
    return (raw & ADDRESS_64) != 0;
  }

  public boolean perVectorMasking() {
    return (raw & PER_VECTOR_MASKING) != 0;
  }

  public MsiControl withEnable(boolean enable) {
    return new MsiControl(enable ? raw | ENABLE : raw & ~ENABLE);
  }

  /** A copy with another number of allocated messages, a binary logarithm from 0 to 7. */
  public MsiControl withMultipleMessageEnable(int log2) {
    return new MsiControl((raw & ~MULTIPLE_MESSAGE_ENABLE) | (log2 & 7) << 4);
  }

  /** Offset of the message data in the capability. */
  public int dataOffset() {
    return address64() ? 0x0C : 0x08;
  }

  /** Offset of the mask bits in the capability; the pending bits follow them. */
  public int maskOffset() {
    return dataOffset() + 4;
  }

  /** Size of the capability in bytes. */
  public int size() {
    return perVectorMasking() ? maskOffset() + 8 : dataOffset() + 2;
  }
}
