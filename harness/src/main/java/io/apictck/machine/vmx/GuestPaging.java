package io.apictck.machine.vmx;

import io.apictck.arch.PagingEntry;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Paging structures of a guest in 64-bit mode (Intel SDM Vol. 3A, "4-Level Paging and 5-Level
 * Paging"). They map the first 4 GiB to itself in pages of 2 MiB, so that all that a platform has
 * there goes on working, until a test splits one and changes its pages.
 */
public final class GuestPaging {
  private static final int GIBIBYTES = 4;
  private static final long OPEN = PagingEntry.PRESENT | PagingEntry.WRITABLE | PagingEntry.USER;

  private final Cpu host;
  private final long top;
  private final long[] directories = new long[GIBIBYTES];

  /** The page tables so far, by the large page that they stand for. */
  private final Map<Long, Long> tables = new HashMap<>();

  private GuestPaging(Cpu host) {
    this.host = host;
    this.top = host.machine().newPage();
  }

  /** New structures, written by a processor that does not run the guest at the moment. */
  public static GuestPaging identity(Cpu host) {
    GuestPaging paging = new GuestPaging(host);
    paging.build();
    return paging;
  }

  private void build() {
    List<Instruction> stores = new ArrayList<>();
    long pointers = host.machine().newPage();
    stores.add(entry(top, 0, pointers | OPEN));
    for (int i = 0; i < GIBIBYTES; i++) {
      directories[i] = host.machine().newPage();
      stores.add(entry(pointers, i, directories[i] | OPEN));
      for (int j = 0; j < PagingEntry.ENTRIES; j++) {
        long address = ((long) i * PagingEntry.ENTRIES + j) * PagingEntry.LARGE_PAGE;
        stores.add(entry(directories[i], j, address | OPEN | PagingEntry.LARGE));
      }
    }
    host.runInPieces(stores);
  }

  private static Instruction entry(long table, int index, long value) {
    return new Instruction.Store(table + (long) index * Long.BYTES, Long.BYTES, value);
  }

  /** What CR3 has to be. */
  public long cr3() {
    return top;
  }

  /** Physical address of the page table for a linear address; splits its large page if need be. */
  public long table(long linear) {
    return tables.computeIfAbsent(linear / PagingEntry.LARGE_PAGE, this::split);
  }

  private long split(long number) {
    long table = host.machine().newPage();
    moveTable(number * PagingEntry.LARGE_PAGE, table);
    List<Instruction> stores = new ArrayList<>();
    for (int i = 0; i < PagingEntry.ENTRIES; i++) {
      stores.add(
          entry(table, i, number * PagingEntry.LARGE_PAGE + (long) i * PagingEntry.PAGE | OPEN));
    }
    host.runInPieces(stores);
    return table;
  }

  /** Makes the entry of the page directory for a linear address point elsewhere. */
  public void moveTable(long linear, long table) {
    host.run(
        entry(
            directories[PagingEntry.index(linear, 3)], PagingEntry.index(linear, 2), table | OPEN));
  }

  /** Maps a page of 4 KiB; {@code bits} are those of {@link PagingEntry} below the address. */
  public void map(long linear, long physical, long bits) {
    host.run(entry(table(linear), PagingEntry.index(linear, 1), physical | bits));
  }

  /** Maps a page of 4 KiB with all rights. */
  public void map(long linear, long physical) {
    map(linear, physical, OPEN);
  }

  /** The entry of the page table that maps a page of 4 KiB. */
  public long entry(long linear) {
    long address = table(linear) + (long) PagingEntry.index(linear, 1) * Long.BYTES;
    return host.run(new Instruction.Load(address, Long.BYTES))[0];
  }
}
