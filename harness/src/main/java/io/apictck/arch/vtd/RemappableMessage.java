package io.apictck.arch.vtd;

import io.apictck.arch.MessageAddress;

/**
 * An interrupt message in remappable format (Intel VT-d specification, "Interrupt Request
 * Formats").
 *
 * @param handle 16 bits
 * @param subhandleValid SHV: whether the data holds a subhandle, which is added to the handle
 * @param subhandle bits 15:0 of the data if {@code subhandleValid}
 */
public record RemappableMessage(int handle, boolean subhandleValid, int subhandle) {
  /** Address bit 4: 1 is remappable format. */
  public static final int FORMAT = 1 << 4;

  /** Address bit 3: SHV. */
  public static final int SUBHANDLE_VALID = 1 << 3;

  /** Data bits 31:16 must be zero if there is a subhandle. */
  public static final int RESERVED_DATA = 0xFFFF_0000;

  private static final int HANDLE_LOW = 0x7FFF;
  private static final int HANDLE_LOW_SHIFT = 5;
  private static final int HANDLE_HIGH = 1 << 15;
  private static final int HANDLE_HIGH_BIT = 1 << 2;

  /** A message for the entry at an index. */
  public static RemappableMessage of(int handle) {
    return new RemappableMessage(handle, false, 0);
  }

  /** A message for an entry behind the one at an index. */
  public static RemappableMessage of(int handle, int subhandle) {
    return new RemappableMessage(handle, true, subhandle);
  }

  /** The message that a write to an address in remappable format is. */
  public static RemappableMessage of(MessageAddress address, int data) {
    int raw = address.raw();
    int handle =
        (raw >>> HANDLE_LOW_SHIFT & HANDLE_LOW) | ((raw & HANDLE_HIGH_BIT) != 0 ? HANDLE_HIGH : 0);
    return new RemappableMessage(handle, (raw & SUBHANDLE_VALID) != 0, data & 0xFFFF);
  }

  /** Whether a message with this address is one in remappable format. */
  public static boolean isRemappable(MessageAddress address) {
    return (address.raw() & FORMAT) != 0;
  }

  /** Its address: FEEh, handle, format, SHV. */
  public MessageAddress address() {
    return new MessageAddress(
        MessageAddress.PREFIX
            | (handle & HANDLE_LOW) << HANDLE_LOW_SHIFT
            | FORMAT
            | (subhandleValid ? SUBHANDLE_VALID : 0)
            | ((handle & HANDLE_HIGH) != 0 ? HANDLE_HIGH_BIT : 0));
  }

  /** Its data: the subhandle, 0 without one. */
  public int data() {
    return subhandleValid ? subhandle & 0xFFFF : 0;
  }
}
