package io.apictck.arch;

/** How software may use a register in one operating mode. */
public enum Access {
  /** Readable and writable. */
  READ_WRITE,
  /** Only readable. */
  READ_ONLY,
  /** Only writable. */
  WRITE_ONLY,
  /** Not there in this mode. */
  ABSENT;

  /** Whether reads are defined. */
  public boolean readable() {
    return this == READ_WRITE || this == READ_ONLY;
  }

  /** Whether writes are defined. */
  public boolean writable() {
    return this == READ_WRITE || this == WRITE_ONLY;
  }
}
