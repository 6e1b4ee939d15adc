package io.apictck.machine.vmx;

import io.apictck.arch.PagingEntry;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * Paging structures of a guest in 64-bit mode (Intel SDM Vol. 3A, "4-Level Paging and 5-Level
 * Paging"). They map the first 4 GiB to itself, until a test changes some pages.
 *
 * <p>They are written by the host, and not while the guest runs: VM entry forgets what the
 * processor knew of them.
 */
public final class GuestPaging {
  private static final long OPEN = PagingEntry.PRESENT | PagingEntry.WRITABLE | PagingEntry.USER;

  private static final IdentityMap.Format FORMAT =
      new IdentityMap.Format() {
        @Override
        public long table(long address) {
          return address | OPEN;
        }

        @Override
        public long largePage(long address) {
          return address | OPEN | PagingEntry.LARGE;
        }

        @Override
        public long page(long address) {
          return address | OPEN;
        }
      };

  private final IdentityMap map;
  private final long top;

  private GuestPaging(IdentityMap map, long top) {
    this.map = map;
    this.top = top;
  }

  /** New structures. */
  public static GuestPaging identity(Cpu host) {
    IdentityMap map = IdentityMap.create(host, FORMAT);
    return new GuestPaging(map, map.top());
  }

  /** New structures of five levels: each 256 TiB of linear addresses are as the first ones. */
  public static GuestPaging ofFiveLevels(Cpu host) {
    IdentityMap map = IdentityMap.create(host, FORMAT);
    long top = host.machine().newPage();
    List<Instruction> entries = new ArrayList<>();
    for (int i = 0; i < PagingEntry.ENTRIES; i++) {
      entries.add(
          new Instruction.Store(top + (long) i * Long.BYTES, Long.BYTES, FORMAT.table(map.top())));
    }
    host.runInPieces(entries);
    return new GuestPaging(map, top);
  }

  /** What CR3 has to be. */
  public long cr3() {
    return top;
  }

  /** Maps a page of 4 KiB; {@code bits} are those of {@link PagingEntry} below the address. */
  public void map(long linear, long physical, long bits) {
    map.set(linear, physical | bits);
  }

  /** Maps a page of 4 KiB with all rights. */
  public void map(long linear, long physical) {
    map(linear, physical, OPEN);
  }

  /** Makes the page table for 2 MiB of linear addresses lie elsewhere. */
  public void moveTable(long linear, long table) {
    map.moveTable(linear, table);
  }

  /** The entry that maps a page of 4 KiB. */
  public long entry(long linear) {
    return map.get(linear);
  }
}
