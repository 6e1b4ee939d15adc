package io.apictck.arch.vmx;

/**
 * Bits of the entries of EPT paging structures (Intel SDM Vol. 3C, "EPT Translation Mechanism").
 */
public final class EptEntry {
  /** Reads are allowed. */
  public static final long READ = 1;

  /** Writes are allowed. */
  public static final long WRITE = 1 << 1;

  /** Instruction fetches are allowed. */
  public static final long EXECUTE = 1 << 2;

  /** All three; an entry without any of them is not present. */
  public static final long RIGHTS = READ | WRITE | EXECUTE;

  /** The memory type of a page, bits 5:3. */
  public static final int MEMORY_TYPE_SHIFT = 3;

  /** The memory type "write back". */
  public static final long WRITE_BACK = 6 << MEMORY_TYPE_SHIFT;

  /** The entry maps a page, not a table. */
  public static final long LARGE = 1 << 7;

  /** The physical address of a table or of a page of 4 KiB. */
  public static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;

  private EptEntry() {}
}
