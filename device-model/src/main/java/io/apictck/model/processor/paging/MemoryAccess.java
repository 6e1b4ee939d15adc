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
    FETCH
  }

  /** The frame of an event is pushed. */
  public static final MemoryAccess FRAME = new MemoryAccess(Kind.WRITE, false, true);

  private static final MemoryAccess[] OF_SUPERVISOR = of(false);
  private static final MemoryAccess[] OF_USER = of(true);

  /** That of an instruction; {@code cpl} is its privilege level. */
  @SuppressWarnings("EnumOrdinal") // an index of the two arrays here
  public static MemoryAccess of(Kind kind, int cpl) {
    return (cpl == 3 ? OF_USER : OF_SUPERVISOR)[kind.ordinal()];
  }

  private static MemoryAccess[] of(boolean user) {
    MemoryAccess[] all = new MemoryAccess[Kind.values().length];
    for (Kind kind : Kind.values()) {
      all[kind.ordinal()] = new MemoryAccess(kind, user, false);
    }
    return all;
  }

  /** Whether it needs the right to write. */
  public boolean writes() {
    return kind == Kind.WRITE;
  }
}
