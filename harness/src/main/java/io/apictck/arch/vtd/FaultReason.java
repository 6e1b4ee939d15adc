package io.apictck.arch.vtd;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reasons of interrupt-remapping faults (Intel VT-d specification, "Interrupt Remapping Fault
 * Conditions").
 */
public enum FaultReason {
  /** 20h: a reserved field of the remappable request is not zero. */
  RESERVED_REQUEST(0x20, false),
  /** 21h: the index is not in the table. */
  INDEX_OUT_OF_RANGE(0x21, false),
  /** 22h: the table entry is not present. */
  NOT_PRESENT(0x22, true),
  /** 23h: the table entry could not be read. */
  TABLE_ACCESS(0x23, false),
  /** 24h: a reserved field of a present table entry is not zero, or an encoding is invalid. */
  RESERVED_ENTRY(0x24, true),
  /** 25h: a request in compatibility format was blocked. */
  COMPATIBILITY_FORMAT(0x25, false),
  /** 26h: the source is not the one that the table entry wants. */
  SOURCE(0x26, true),
  /** 27h: the posted-interrupt descriptor could not be accessed. */
  DESCRIPTOR_ACCESS(0x27, true),
  /** 28h: a reserved field of the posted-interrupt descriptor is not zero. */
  RESERVED_DESCRIPTOR(0x28, true);

  private final int code;
  private final boolean qualified;

  FaultReason(int code, boolean qualified) {
    this.code = code;
    this.qualified = qualified;
  }

  /** Its code. */
  public int code() {
    return code;
  }

  /** Whether the bit FPD of the table entry can keep it from being recorded. */
  public boolean qualified() {
    return qualified;
  }

  /** The reason with a code; empty for those of DMA remapping and those that are not defined. */
  public static Optional<FaultReason> of(int code) {
    return Stream.of(values()).filter(reason -> reason.code == code).findFirst();
  }
}
