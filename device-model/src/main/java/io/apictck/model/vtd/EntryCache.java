package io.apictck.model.vtd;

import io.apictck.arch.vtd.RemappingEntry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt entry cache (Intel VT-d specification, "Interrupt Entry Cache").
 *
 * <p>Supported: an entry that remapped or posted a request stays in use until it is invalidated,
 * whatever software does to the table. There is room for all of them.
 *
 * <p>Not supported: caching of entries that are not present or faulted (CAP.CM = 1).
 */
class EntryCache {
  final Map<Integer, RemappingEntry> entries = new HashMap<>();

  /** The entry at an index, if it is cached. */
  @Nullable RemappingEntry get(int index) {
    return entries.get(index);
  }

  /** An entry was used. */
  void put(int index, RemappingEntry entry) {
    entries.put(index, entry);
  }

  void invalidateAll() {
    entries.clear();
  }

  /**
   * Invalidates all entries whose index is a given one but for its low bits.
   *
   * @param mask how many low bits do not matter
   */
  void invalidate(int index, int mask) {
    entries.keySet().removeIf(cached -> cached >>> mask == index >>> mask);
  }
}
