package io.apictck.model.processor.paging;

import io.apictck.arch.PageFaultCode;
import io.apictck.arch.PagingEntry;
import io.apictck.model.processor.vmx.Addresses;
import io.apictck.model.processor.vmx.VmxWorld;

/**
 * 4-level and 5-level paging (Intel SDM Vol. 3A, "4-Level Paging and 5-Level Paging", "Access
 * Rights", "Accessed and Dirty Flags").
 *
 * <p>Supported: pages of 4 KiB and 2 MiB. Not supported: execute-disable, protection keys, SMEP and
 * SMAP, shadow stacks of the supervisor, global pages, caches of any kind: each access walks.
 *
 * <p>Decision that the manual leaves open: a walk that ends in a fault has set the accessed flags
 * of the entries before the one that made it fault.
 *
 * <p>The protected methods are the decisions; a faulty walk overrides one.
 */
public class PageWalk {
  private static final int LARGE_LEVEL = 2;
  private static final int SHADOW_STACK = PageFaultCode.SHADOW_STACK | PageFaultCode.WRITE;

  /** Bits 20:13 of the entry of a page of 2 MiB. */
  private static final long LARGE_RESERVED = PagingEntry.LARGE_PAGE - 1 & ~0x1FFFL;

  private final VmxWorld world;

  /** One in the memory of a machine. */
  public PageWalk(VmxWorld world) {
    this.world = world;
  }

  /**
   * Translates a linear address.
   *
   * @param cr3 CR3
   * @param levels 4 or 5
   * @param writeProtect CR0.WP
   * @param structures where the entries are
   */
  public Translation translate(
      long cr3,
      int levels,
      long linear,
      MemoryAccess access,
      boolean writeProtect,
      StructureSpace structures) {
    long table = cr3 & PagingEntry.ADDRESS;
    long rights = PagingEntry.WRITABLE | PagingEntry.USER;
    for (int level = levels; ; level--) {
      long address = table + (long) PagingEntry.index(linear, level) * Long.BYTES;
      Translation located = structures.locate(address, false);
      if (!(located instanceof Translation.Mapped(long at))) {
        return located;
      }
      long entry = world.read(at, Long.BYTES);
      if ((entry & PagingEntry.PRESENT) == 0) {
        return fault(access, 0);
      }
      boolean leaf = level == 1 || (level == LARGE_LEVEL && (entry & PagingEntry.LARGE) != 0);
      if (isReserved(entry, level, leaf)) {
        return fault(access, PageFaultCode.PRESENT | PageFaultCode.RESERVED);
      }
      if (leaf && access.kind() == MemoryAccess.Kind.SHADOW_STACK) {
        if (!isShadowStack(rights, entry)) {
          return fault(access, PageFaultCode.PRESENT);
        }
      } else if (leaf && !allows(rights & entry, access, writeProtect)) {
        return fault(access, PageFaultCode.PRESENT);
      }
      long marked = entry | flags(access, leaf);
      if (marked != entry) {
        Translation writable = structures.locate(address, true);
        if (!(writable instanceof Translation.Mapped)) {
          return writable;
        }
        world.write(at, Long.BYTES, marked);
      }
      if (leaf) {
        long offset = level == 1 ? PagingEntry.PAGE - 1 : PagingEntry.LARGE_PAGE - 1;
        return new Translation.Mapped((entry & PagingEntry.ADDRESS & ~offset) | (linear & offset));
      }
      rights &= entry;
      table = entry & PagingEntry.ADDRESS;
    }
  }

  /** Whether an access is allowed; {@code rights}: what all entries have in common. */
  protected boolean allows(long rights, MemoryAccess access, boolean writeProtect) {
    boolean user = (rights & PagingEntry.USER) != 0 || !access.user();
    boolean write =
        !access.writes()
            || (rights & PagingEntry.WRITABLE) != 0
            || (!access.user() && !writeProtect);
    return user && write;
  }

  /**
   * Whether user code has its shadow stack in a page: one that is dirty and cannot be written,
   * though the tables above would let it; {@code rights}: what those have in common.
   */
  protected boolean isShadowStack(long rights, long entry) {
    return (rights & entry & PagingEntry.USER) != 0
        && (rights & PagingEntry.WRITABLE) != 0
        && (entry & (PagingEntry.WRITABLE | PagingEntry.DIRTY)) == PagingEntry.DIRTY;
  }

  /** The flags that an access sets in an entry; {@code leaf}: the entry maps the page. */
  protected long flags(MemoryAccess access, boolean leaf) {
    return PagingEntry.ACCESSED | (leaf && access.writes() ? PagingEntry.DIRTY : 0);
  }

  private static boolean isReserved(long entry, int level, boolean leaf) {
    return !Addresses.physical(entry & PagingEntry.ADDRESS)
        || (level > LARGE_LEVEL && (entry & PagingEntry.LARGE) != 0)
        || (level == LARGE_LEVEL && leaf && (entry & LARGE_RESERVED) != 0);
  }

  private static Translation fault(MemoryAccess access, int cause) {
    return new Translation.PageFault(
        cause
            | (access.writes() ? PageFaultCode.WRITE : 0)
            | (access.kind() == MemoryAccess.Kind.SHADOW_STACK ? SHADOW_STACK : 0)
            | (access.user() ? PageFaultCode.USER : 0)
            | (access.kind() == MemoryAccess.Kind.FETCH ? PageFaultCode.FETCH : 0));
  }
}
