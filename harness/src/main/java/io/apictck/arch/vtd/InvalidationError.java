package io.apictck.arch.vtd;

import java.util.stream.Stream;

/**
 * Why the invalidation queue stopped: bits 3:0 of the invalidation queue error record register
 * (Intel VT-d specification, "Invalidation Queue Error Record Register").
 */
public enum InvalidationError {
  /** 0: none, or the unit does not tell. */
  NONE(0),
  /** 1: the tail lies outside of the queue. */
  INVALID_TAIL(1),
  /** 2: a descriptor could not be read. */
  FETCH(2),
  /** 3: there is no such type of descriptor. */
  INVALID_TYPE(3),
  /** 4: a reserved field of a descriptor is not zero. */
  RESERVED_FIELD(4),
  /** 5: the width of descriptors does not suit the mode. */
  INVALID_WIDTH(5),
  /** 6: the tail lies in the middle of a descriptor. */
  TAIL_NOT_ALIGNED(6),
  /** 7: the mode of the root table is invalid. */
  INVALID_TABLE_MODE(7);

  private final int code;

  InvalidationError(int code) {
    this.code = code;
  }

  /** Its code. */
  public int code() {
    return code;
  }

  /** The error in a value of the register; codes that are not defined are none. */
  public static InvalidationError of(long register) {
    return Stream.of(values())
        .filter(error -> error.code == (register & 0xF))
        .findFirst()
        .orElse(NONE);
  }
}
