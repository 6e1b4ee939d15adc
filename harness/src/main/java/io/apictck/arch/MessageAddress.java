package io.apictck.arch;

/**
 * Address of an interrupt message in compatibility format (Intel SDM Vol. 3A, "Message Address
 * Register Format").
 *
 * @param raw the 32-bit address, FEEx_xxxxh
 */
public record MessageAddress(int raw) {
  /** Bits 31:20. */
  public static final int PREFIX = 0xFEE0_0000;

  /** Bit 3. */
  public static final int REDIRECTION_HINT = 1 << 3;

  /** Bit 2: 1 is logical, with the redirection hint. */
  public static final int DESTINATION_MODE = 1 << 2;

  /** Bits 11:5: bits 14:8 of the destination ID, where the platform has extended ones. */
  public static final int EXTENDED_DESTINATION = 0x7F << 5;

  /** The address with the given raw value. */
  public static MessageAddress of(int raw) {
    return new MessageAddress(raw);
  }

  /** A physical message for the APIC ID {@code destination}, 0 to FFh. */
  public static MessageAddress physical(int destination) {
    return new MessageAddress(PREFIX | (destination & 0xFF) << 12);
  }

  /** A logical message for the set {@code destination}, 0 to FFh. */
  public static MessageAddress logical(int destination) {
    return new MessageAddress(physical(destination).raw | DESTINATION_MODE);
  }

  /** A physical message for an APIC ID of up to 15 bits, as extended destination IDs allow. */
  public static MessageAddress extended(int destination) {
    return new MessageAddress(physical(destination).raw | (destination >>> 8 & 0x7F) << 5);
  }

  /** A copy with or without redirection hint. */
  public MessageAddress withRedirectionHint(boolean hint) {
    return new MessageAddress(hint ? raw | REDIRECTION_HINT : raw & ~REDIRECTION_HINT);
  }

  /** The address as a device writes to it, zero-extended. */
  public long physicalAddress() {
    return Integer.toUnsignedLong(raw);
  }

  /** Bits 19:12. */
  public int destination() {
    return raw >>> 12 & 0xFF;
  }

  /** Bits 11:5 as bits 14:8 of a destination ID, and bits 19:12 below them. */
  public int extendedDestination() {
    return (raw & EXTENDED_DESTINATION) << 3 | destination();
  }

  public boolean redirectionHint() {
    return (raw & REDIRECTION_HINT) != 0;
  }

  /** Whether bit 2 asks for logical destination mode. */
  public boolean logical() {
    return (raw & DESTINATION_MODE) != 0;
  }

  /** Whether an address belongs to the interrupt message range. */
  public static boolean contains(long address) {
    return address >>> 20 == 0xFEE;
  }
}
