package io.apictck.model.processor.paging;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.EptEntry;
import io.apictck.model.processor.vmx.Addresses;
import io.apictck.model.processor.vmx.VmxWorld;

/**
 * The extended page-table mechanism (Intel SDM Vol. 3C, "The Extended Page Table Mechanism (EPT)").
 *
 * <p>Supported: four tables, pages of 4 KiB and 2 MiB, violations and misconfigurations. Not
 * supported: accessed and dirty flags, pages that can only be executed, caches of any kind: each
 * access walks.
 *
 * <p>The protected method is the decision; a faulty walk overrides it.
 */
public class EptWalk {
  private static final int LEVELS = 4;
  private static final int LARGE_LEVEL = 2;

  /** Bits 20:12 of the entry of a page of 2 MiB. */
  private static final long LARGE_RESERVED = PagingEntry.LARGE_PAGE - 1 & ~0xFFFL;

  /** Bits 7:3 of an entry that points to a table. */
  private static final long TABLE_RESERVED = 0xF8;

  private static final int MEMORY_TYPE = 7;

  /** Uncacheable, write combining, write through, write protected, write back. */
  private static final int MEMORY_TYPES = 1 | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6;

  private final VmxWorld world;

  /** One in the memory of a machine. */
  public EptWalk(VmxWorld world) {
    this.world = world;
  }

  /**
   * Translates a guest-physical address.
   *
   * @param root physical address of the PML4 table
   * @param structure whether a paging-structure entry of the guest is accessed
   */
  public Translation translate(long root, long address, MemoryAccess.Kind kind, boolean structure) {
    long table = root;
    long rights = EptEntry.RIGHTS;
    for (int level = LEVELS; ; level--) {
      long entry =
          world.read(table + (long) PagingEntry.index(address, level) * Long.BYTES, Long.BYTES);
      rights &= entry;
      if ((entry & EptEntry.RIGHTS) == 0) {
        return violation(address, kind, rights, structure);
      }
      boolean leaf = level == 1 || (level == LARGE_LEVEL && (entry & EptEntry.LARGE) != 0);
      if (isMisconfigured(entry, level, leaf)) {
        return new Translation.Misconfiguration(address);
      }
      if (leaf) {
        long offset = level == 1 ? PagingEntry.PAGE - 1 : PagingEntry.LARGE_PAGE - 1;
        return allows(rights, kind)
            ? new Translation.Mapped((entry & EptEntry.ADDRESS & ~offset) | (address & offset))
            : violation(address, kind, rights, structure);
      }
      table = entry & EptEntry.ADDRESS;
    }
  }

  /** Whether an access is allowed; {@code rights}: what all entries have in common. */
  protected boolean allows(long rights, MemoryAccess.Kind kind) {
    long needed =
        switch (kind) {
          case READ -> EptEntry.READ;
          case WRITE, SHADOW_STACK -> EptEntry.WRITE;
          case FETCH -> EptEntry.EXECUTE;
        };
    return (rights & needed) != 0;
  }

  private static Translation violation(
      long address, MemoryAccess.Kind kind, long rights, boolean structure) {
    return new Translation.Violation(address, EptQualification.of(kind, rights, structure));
  }

  private static boolean isMisconfigured(long entry, int level, boolean leaf) {
    if ((entry & EptEntry.READ) == 0 || !Addresses.physical(entry & EptEntry.ADDRESS)) {
      return true;
    }
    if (!leaf) {
      return (entry & TABLE_RESERVED) != 0;
    }
    int memoryType = (int) (entry >>> EptEntry.MEMORY_TYPE_SHIFT) & MEMORY_TYPE;
    return (MEMORY_TYPES >>> memoryType & 1) == 0
        || (level == LARGE_LEVEL && (entry & LARGE_RESERVED) != 0);
  }
}
