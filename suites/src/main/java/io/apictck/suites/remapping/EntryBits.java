package io.apictck.suites.remapping;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.machine.Cpu;
import java.util.ArrayList;
import java.util.List;

/** The bits of an entry one by one, each with what must come of a request when it is flipped. */
final class EntryBits {
  private static final int INDEX = Remapping.INDEX;
  private static final int VECTOR_SHIFT = 16;

  private EntryBits() {}

  /** A copy in which one of the 128 bits is different. */
  static RemappedEntry flipped(RemappedEntry entry, int bit) {
    return bit < Long.SIZE
        ? RemappedEntry.of(entry.low() ^ 1L << bit, entry.high())
        : RemappedEntry.of(entry.low(), entry.high() ^ (1L << (bit - Long.SIZE)));
  }

  /** A copy in which all bits are set that are reserved in each mode. */
  static RemappedEntry withReserved(RemappedEntry entry) {
    RemappedEntry all = entry;
    for (int bit = 0; bit < 128; bit++) {
      all = isReserved(bit, true) ? flipped(all, bit) : all;
    }
    return all;
  }

  private static boolean isIn(int bit, int first, int last) {
    return bit >= first && bit <= last;
  }

  /** Bits that choose another delivery mode, another destination mode or another format. */
  private static boolean isTestedElsewhere(int bit) {
    return bit == 2 || isIn(bit, 5, 7) || bit == 15;
  }

  /** The bits that {@link #verify} knows. */
  static List<Integer> all() {
    List<Integer> bits = new ArrayList<>();
    for (int bit = 0; bit < 128; bit++) {
      if (!isTestedElsewhere(bit)) {
        bits.add(bit);
      }
    }
    return bits;
  }

  private static boolean isReserved(int bit, boolean extended) {
    return isIn(bit, 12, 14)
        || isIn(bit, 24, 31)
        || bit >= 84
        || (!extended && (isIn(bit, 32, 39) || isIn(bit, 48, 63)));
  }

  /** Flips a bit of an entry that is for processor 0 and fails unless the request ends so. */
  static void verify(Remapping remapping, Requester requester, int bit) {
    RemappedEntry good = remapping.entry(Remapping.VECTOR);
    RemappedEntry entry = flipped(good, bit);
    Runnable request = () -> requester.request(INDEX);
    remapping.set(INDEX, entry);
    if (bit == 0) {
      remapping.verifyBlocked(request, FaultReason.NOT_PRESENT, requester.sourceId(), INDEX);
    } else if (isReserved(bit, remapping.extended())) {
      remapping.verifyBlocked(request, FaultReason.RESERVED_ENTRY, requester.sourceId(), INDEX);
    } else if (bit >= VECTOR_SHIFT && bit < VECTOR_SHIFT + Byte.SIZE) {
      remapping.verifyDelivered(request, Remapping.VECTOR ^ (1 << (bit - VECTOR_SHIFT)));
    } else if (bit >= 32 && bit < Long.SIZE) {
      int destination = entry.destination(remapping.extended());
      remapping.verifyDelivered(
          request, Remapping.VECTOR, cpu -> receives(cpu, destination, remapping.extended()));
    } else if (bit >= 82 && !SourceRule.accepts(entry.source(), requester.sourceId())) {
      remapping.verifyBlocked(request, FaultReason.SOURCE, requester.sourceId(), INDEX);
    } else {
      remapping.verifyDelivered(request, Remapping.VECTOR);
    }
    remapping.set(INDEX, good);
    remapping.verifyDelivered(request, Remapping.VECTOR);
  }

  /** Flipping one bit of a small ID never makes a broadcast. */
  private static boolean receives(Cpu cpu, int destination, boolean extended) {
    return cpu.apicId() == (extended ? destination : destination & 0xFF);
  }
}
