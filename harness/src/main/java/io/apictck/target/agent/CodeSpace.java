package io.apictck.target.agent;

import io.apictck.platform.PlatformException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The memory for the blocks of one processor or guest; pieces are taken round and round. */
final class CodeSpace {
  private static final int ALIGNMENT = 16;

  private final long base;
  private final int room;
  private final List<Piece> taken = new ArrayList<>();
  private long next;

  private record Piece(long address, long end) {}

  CodeSpace(long base, int room) {
    this.base = base;
    this.room = room;
    next = base;
  }

  /** A free piece of memory. */
  long take(int size) {
    if (size > room) {
      throw new PlatformException(
          "a block of %d bytes does not fit into the %d bytes that there are for blocks"
              .formatted(size, room));
    }
    long end = base + room;
    long address = next;
    for (int tries = 0; tries <= 2 * taken.size() + 2; tries++) {
      if (address + size > end) {
        address = base;
      }
      Piece inTheWay = overlapping(address, address + size);
      if (inTheWay == null) {
        taken.add(new Piece(address, address + size));
        next = (address + size + ALIGNMENT - 1) & -ALIGNMENT;
        return address;
      }
      address = (inTheWay.end + ALIGNMENT - 1) & -ALIGNMENT;
    }
    throw new PlatformException(
        "no memory for a block of " + size + " bytes: " + taken.size() + " blocks did not end");
  }

  private @Nullable Piece overlapping(long from, long to) {
    for (Piece piece : taken) {
      if (piece.address < to && from < piece.end) {
        return piece;
      }
    }
    return null;
  }

  void free(long address) {
    taken.removeIf(piece -> piece.address == address);
  }

  void freeAll() {
    taken.clear();
  }
}
