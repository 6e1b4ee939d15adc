package io.apictck.target.serial;

import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.GuestMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Guest memory at the other end of a line. Writes wait for the next frame; reads see what the last
 * answer told: the mailboxes, and the words that the harness cleared so that a block may fill them.
 */
final class SerialMemory implements GuestMemory {
  private static final int PAGE = 0x1000;
  private static final int MAX_ZEROS = 0xFF;

  /** mov dword gs:[BOX_HALTING], 1. */
  private static final byte[] HALTS = {
    0x65, (byte) 0xC7, 0x04, 0x25, AgentLayout.BOX_HALTING, 0, 0, 0, 1, 0, 0, 0
  };

  private final long[][] boxes;
  private final LongUnaryOperator fetch;
  private final Operations writes = new Operations();
  private final List<Watch> watches = new ArrayList<>();
  private final CodeWriter[] code = new CodeWriter[AgentLayout.MAX_PROCESSORS];
  private long cursor;

  /**
   * Memory of which nothing is known yet.
   *
   * @param processors how many mailboxes there are
   * @param fetch reads a word that is not watched
   */
  SerialMemory(int processors, LongUnaryOperator fetch) {
    this.boxes = new long[processors][PAGE / Long.BYTES];
    this.fetch = fetch;
    Arrays.setAll(code, i -> new CodeWriter());
  }

  // ---- what the harness does ----

  @Override
  public long read64(long address) {
    long inBoxes = address - AgentLayout.MAILBOXES;
    if (inBoxes >= 0 && inBoxes < (long) boxes.length * PAGE) {
      return boxes[(int) (inBoxes / PAGE)][(int) (inBoxes % PAGE) / Long.BYTES];
    }
    for (Watch watch : watches) {
      if (watch.contains(address)) {
        return watch.word(address);
      }
    }
    return fetch.applyAsLong(address);
  }

  @Override
  public void write64(long address, long value) {
    if (value == 0 && isCode(address)) {
      clear(address, Long.BYTES);
    } else {
      writes.write64(address, value);
    }
  }

  @Override
  public void write(long address, byte[] bytes) {
    if (!isCode(address)) {
      writes.write(address, bytes);
    } else {
      moveTo(address);
      code[cpuOf(address)].write(writes, address, bytes);
      cursor += bytes.length;
      for (Watch watch : watches) {
        if (watch.end() == address && halts(bytes)) {
          watch.halts = true;
        }
      }
    }
  }

  @Override
  public void clear(long address, long size) {
    if (!isCode(address)) {
      writes.clear(address, size);
      return;
    }
    watch(address, (int) (size / Long.BYTES));
    if (size > MAX_ZEROS) {
      writes.clear(address, size);
    } else {
      moveTo(address);
      writes.zero((int) size);
      cursor += size;
    }
  }

  private void moveTo(long address) {
    if (cursor != address) {
      writes.at(address);
      cursor = address;
    }
  }

  private static int cpuOf(long address) {
    return (int) ((address - AgentLayout.CODE) / AgentLayout.CODE_SIZE);
  }

  @Override
  public void release(long address) {
    watches.removeIf(watch -> watch.address() == address);
  }

  private static boolean isCode(long address) {
    return address >= AgentLayout.CODE
        && address < AgentLayout.CODE + (long) AgentLayout.MAX_PROCESSORS * AgentLayout.CODE_SIZE;
  }

  private void watch(long address, int words) {
    Watch watch = new Watch(address, words);
    watches.removeIf(old -> old.overlaps(watch));
    watches.removeIf(old -> !old.isOpen() && old.cpu() == watch.cpu());
    watches.add(watch);
  }

  private static boolean halts(byte[] code) {
    for (int from = 0; from + HALTS.length <= code.length; from++) {
      int same = 0;
      while (same < HALTS.length && code[from + same] == HALTS[same]) {
        same++;
      }
      if (same == HALTS.length) {
        return true;
      }
    }
    return false;
  }

  // ---- what the line does ----

  /** Whether no write waits. */
  boolean clean() {
    return writes.isEmpty();
  }

  /** The writes that wait, in pieces of at most {@code max} bytes; they wait no longer. */
  List<byte[]> takeWrites(int max) {
    List<byte[]> pieces = writes.pieces(max);
    writes.forget();
    return pieces;
  }

  /** What a frame asks for. */
  Question ask(MachineTime time) {
    return new Question(this, boxes.length, watches.stream().filter(Watch::isOpen).toList(), time);
  }

  /** Part of a mailbox as it was last seen. */
  long box(int cpu, int offset) {
    return boxes[cpu][offset / Long.BYTES];
  }

  /** Notes part of a mailbox. */
  void note(int cpu, int offset, long value) {
    boxes[cpu][offset / Long.BYTES] = value;
  }

  /** Whether a processor has a block that did not end. */
  boolean inBlock(int cpu) {
    return watches.stream().anyMatch(watch -> watch.cpu() == cpu && watch.isOpen());
  }

  /** Whether a processor has a block that did not end and may halt. */
  boolean mayHalt(int cpu) {
    return watches.stream().anyMatch(watch -> watch.cpu() == cpu && watch.isOpen() && watch.halts);
  }

  /** INIT dropped the blocks of a processor. */
  void dropBlocks(int cpu) {
    for (Watch watch : watches) {
      if (watch.cpu() == cpu) {
        watch.dropped = true;
      }
    }
  }

  /** The machine was reset. */
  void forget() {
    for (long[] box : boxes) {
      Arrays.fill(box, 0);
    }
    writes.forget();
    watches.clear();
    cursor = 0;
    for (CodeWriter writer : code) {
      writer.forget();
    }
  }
}
