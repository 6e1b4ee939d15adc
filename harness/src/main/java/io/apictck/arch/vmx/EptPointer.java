package io.apictck.arch.vmx;

/**
 * The EPT pointer (Intel SDM Vol. 3C, "Extended-Page-Table Pointer").
 *
 * @param raw the 64 bits
 */
public record EptPointer(long raw) {
  /** The memory type "uncacheable". */
  public static final int UNCACHEABLE = 0;

  /** The memory type "write back". */
  public static final int WRITE_BACK = 6;

  /** Bits 5:3 of a walk through four tables. */
  public static final int FOUR_LEVELS = 3;

  private static final long RESERVED = 0xF80;

  /** To a PML4 table, for walks through four tables. */
  public static EptPointer to(long table, int memoryType) {
    return new EptPointer(table | FOUR_LEVELS << 3 | memoryType);
  }

  /** Memory type of the tables: bits 2:0. */
  public int memoryType() {
    return (int) raw & 7;
  }

  /** Number of tables less one: bits 5:3. */
  public int walkLength() {
    return (int) raw >>> 3 & 7;
  }

  /** Accessed and dirty flags: bit 6. */
  public boolean accessedAndDirty() {
    return (raw >>> 6 & 1) != 0;
  }

  /** Whether a reserved bit is set below the address. */
  public boolean hasReserved() {
    return (raw & RESERVED) != 0;
  }

  /** Physical address of the PML4 table, with all bits that belong to it. */
  public long table() {
    return raw & ~0xFFFL;
  }
}
