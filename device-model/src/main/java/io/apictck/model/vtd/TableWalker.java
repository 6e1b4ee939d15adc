package io.apictck.model.vtd;

import io.apictck.arch.vtd.RemappingEntry;
import org.jspecify.annotations.Nullable;

/**
 * Reads the interrupt remapping table (Intel VT-d specification, "Interrupt Remapping Table").
 *
 * <p>Supported: all 16 bytes of an entry are read at once, as memory holds them. Not supported:
 * units that do not snoop caches.
 */
class TableWalker {
  final RemappingUnit unit;

  TableWalker(RemappingUnit unit) {
    this.unit = unit;
  }

  /** Whether an index, which may have 17 bits, lies in the table. */
  boolean contains(int index) {
    return index < unit.commands.table.entries()
        && !unit.capabilities.isTooWide(unit.commands.table.entry(index));
  }

  /** The entry at an index; null if there is no memory. */
  @Nullable RemappingEntry read(int index) {
    long address = unit.commands.table.entry(index);
    if (!unit.world.isReadable(address, 2 * Long.BYTES)) {
      return null;
    }
    return RemappingEntry.of(
        unit.world.read(address, Long.BYTES), unit.world.read(address + Long.BYTES, Long.BYTES));
  }
}
