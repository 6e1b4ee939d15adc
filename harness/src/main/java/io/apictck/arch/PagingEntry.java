package io.apictck.arch;

/**
 * Bits of the entries of 4-level paging structures (Intel SDM Vol. 3A, "Hierarchical Paging
 * Structures: an Overview", "4-Level Paging and 5-Level Paging").
 */
public final class PagingEntry {
  /** P: present. */
  public static final long PRESENT = 1;

  /** R/W: writes are allowed. */
  public static final long WRITABLE = 1 << 1;

  /** U/S: user-mode accesses are allowed. */
  public static final long USER = 1 << 2;

  /** A: accessed. */
  public static final long ACCESSED = 1 << 5;

  /** D: dirty. */
  public static final long DIRTY = 1 << 6;

  /** PS: the entry maps a page, not a table. */
  public static final long LARGE = 1 << 7;

  /** The physical address of a table or of a page of 4 KiB. */
  public static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;

  /** Size of a page in bytes. */
  public static final int PAGE = 0x1000;

  /** Size of a large page in bytes. */
  public static final int LARGE_PAGE = 0x20_0000;

  /** Entries of a table. */
  public static final int ENTRIES = 512;

  private PagingEntry() {}

  /**
   * Which entry of its table translates an address.
   *
   * @param level 4 for the PML4 table, 1 for a page table
   */
  public static int index(long address, int level) {
    return (int) (address >>> (3 + 9 * level)) & (ENTRIES - 1);
  }
}
