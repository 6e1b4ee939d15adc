package io.apictck.machine.vmx;

import io.apictck.arch.PagingEntry;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Four levels of tables that map the first 4 GiB to itself in pages of 2 MiB, until one is split:
 * all that a platform has there goes on working.
 */
final class IdentityMap {
  private static final int GIBIBYTES = 4;

  /** What the entries look like, by the address that they hold. */
  interface Format {
    /** An entry for a table. */
    long table(long address);

    /** An entry for a page of 2 MiB. */
    long largePage(long address);

    /** An entry for a page of 4 KiB. */
    long page(long address);
  }

  private final Cpu host;
  private final Format format;
  private final long top;
  private final long[] directories = new long[GIBIBYTES];

  /** The page tables so far, by the number of the large page that they stand for. */
  private final Map<Long, Long> tables = new HashMap<>();

  private IdentityMap(Cpu host, Format format) {
    this.host = host;
    this.format = format;
    this.top = host.machine().newPage();
  }

  static IdentityMap create(Cpu host, Format format) {
    IdentityMap map = new IdentityMap(host, format);
    map.build();
    return map;
  }

  private void build() {
    List<Instruction> stores = new ArrayList<>();
    long pointers = host.machine().newPage();
    stores.add(entry(top, 0, format.table(pointers)));
    for (int i = 0; i < GIBIBYTES; i++) {
      directories[i] = host.machine().newPage();
      stores.add(entry(pointers, i, format.table(directories[i])));
      for (int j = 0; j < PagingEntry.ENTRIES; j++) {
        long address = ((long) i * PagingEntry.ENTRIES + j) * PagingEntry.LARGE_PAGE;
        stores.add(entry(directories[i], j, format.largePage(address)));
      }
    }
    host.runInPieces(stores);
  }

  private static Instruction entry(long table, int index, long value) {
    return new Instruction.Store(table + (long) index * Long.BYTES, Long.BYTES, value);
  }

  /** Physical address of the first table. */
  long top() {
    return top;
  }

  /** Physical address of the table for an address; splits its large page if need be. */
  long table(long address) {
    return tables.computeIfAbsent(address / PagingEntry.LARGE_PAGE, this::split);
  }

  private long split(long number) {
    long table = host.machine().newPage();
    long first = number * PagingEntry.LARGE_PAGE;
    List<Instruction> stores = new ArrayList<>();
    for (int i = 0; i < PagingEntry.ENTRIES; i++) {
      stores.add(entry(table, i, format.page(first + (long) i * PagingEntry.PAGE)));
    }
    stores.add(directoryEntry(first, table));
    host.runInPieces(stores);
    return table;
  }

  private Instruction directoryEntry(long address, long table) {
    return entry(
        directories[PagingEntry.index(address, 3)],
        PagingEntry.index(address, 2),
        format.table(table));
  }

  /** Makes the entry for the table of an address point elsewhere. */
  void moveTable(long address, long table) {
    host.run(directoryEntry(address, table));
  }

  /** Replaces the entry of a page of 4 KiB. */
  void set(long address, long value) {
    host.run(entry(table(address), PagingEntry.index(address, 1), value));
  }

  /** The entry of a page of 4 KiB. */
  long get(long address) {
    long at = table(address) + (long) PagingEntry.index(address, 1) * Long.BYTES;
    return host.run(new Instruction.Load(at, Long.BYTES))[0];
  }
}
