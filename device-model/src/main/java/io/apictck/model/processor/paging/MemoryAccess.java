package io.apictck.model.processor.paging;

/**
 * What an address is translated for.
 *
 * @param kind what is done there
 * @param user whether user mode does it
 * @param delivery whether the delivery of an event does it, not an instruction
 */
public record MemoryAccess(Kind kind, boolean user, boolean delivery) {
  /** What is done. */
  public enum Kind {
    /** Data are read. */
    READ,
    /** Data are written, or read to be written. */
    WRITE,
    /** An instruction is fetched. */
    FETCH,
    /** A shadow stack is written, or read. */
    SHADOW_STACK
  }

  /** The frame of an event is pushed. */
  public static final MemoryAccess FRAME = new MemoryAccess(Kind.WRITE, false, true);

  /** The descriptor of user interrupts is processed for a notification. */
  public static final MemoryAccess DESCRIPTOR = new MemoryAccess(Kind.WRITE, false, true);

  private static final int USER = 3;

  /** That of an instruction; {@code cpl} is its privilege level. */
  public static MemoryAccess of(Kind kind, int cpl) {
    return new MemoryAccess(kind, cpl == USER, false);
  }

  /** Whether it needs the right to write. */
  public boolean writes() {
    return kind == Kind.WRITE;
  }
}
