package io.apictck.target.serial;

import io.apictck.arch.PagingEntry;
import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.GuestMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * Guest memory at the other end of a line. Writes wait for the next frame; reads see what the last
 * answer told: the mailboxes, and the words that the harness cleared so that a block may fill them.
 */
final class SerialMemory implements GuestMemory {
  private static final int MAX_ZEROS = 0xFF;
  private static final int BOXES = AgentLayout.MAX_PROCESSORS + AgentLayout.GUEST_COUNT;

  /** A processor or a guest has all its blocks in one of so many bytes. */
  private static final int REGION = AgentLayout.CODE_SIZE;

  /** By their numbers: those of processors, then those of guests. */
  private final long[][] boxes = new long[BOXES][0];

  private final List<Mailbox> mailboxes = new ArrayList<>();
  private final int processors;
  private final LongUnaryOperator fetch;
  private final Operations writes = new Operations();
  private final List<Watch> watches = new ArrayList<>();
  private final Map<Long, CodeWriter> code = new HashMap<>();
  private long cursor;

  /**
   * Memory of which nothing is known yet.
   *
   * @param processors how many mailboxes there are
   * @param fetch reads a word that is not watched
   */
  SerialMemory(int processors, LongUnaryOperator fetch) {
    this.processors = processors;
    this.fetch = fetch;
    forgetGuests();
  }

  private void forgetGuests() {
    mailboxes.clear();
    for (int i = 0; i < processors; i++) {
      openMailbox(i, AgentLayout.mailbox(i));
    }
  }

  @Override
  public void openMailbox(int cpu, long address) {
    int number = (int) ((address - AgentLayout.MAILBOXES) / PagingEntry.PAGE);
    boxes[number] = new long[PagingEntry.PAGE / Long.BYTES];
    mailboxes.add(new Mailbox(cpu, number));
  }

  /** The mailboxes that are read: those of all processors, then those of guests. */
  List<Mailbox> mailboxes() {
    return mailboxes;
  }

  /**
   * A mailbox.
   *
   * @param cpu index of its processor
   * @param number its own
   */
  record Mailbox(int cpu, int number) {}

  // ---- what the harness does ----

  @Override
  public long read64(long address) {
    long inBoxes = address - AgentLayout.MAILBOXES;
    if (inBoxes >= 0
        && inBoxes < (long) boxes.length * PagingEntry.PAGE
        && boxes[(int) (inBoxes / PagingEntry.PAGE)].length > 0) {
      return boxes[(int) (inBoxes / PagingEntry.PAGE)][
          (int) (inBoxes % PagingEntry.PAGE) / Long.BYTES];
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
      code.computeIfAbsent(address / REGION, region -> new CodeWriter())
          .write(writes, address, bytes);
      cursor += bytes.length;
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

  @Override
  public void mayHalt(long address) {
    for (Watch watch : watches) {
      if (watch.address() == address) {
        watch.halts = true;
      }
    }
  }

  @Override
  public void release(long address) {
    watches.removeIf(watch -> watch.address() == address);
  }

  private static boolean isCode(long address) {
    return Watch.cpuOf(address) >= 0;
  }

  private void watch(long address, int words) {
    Watch watch = new Watch(address, words);
    watches.removeIf(old -> old.overlaps(watch));
    watches.removeIf(old -> !old.isOpen() && old.address() / REGION == address / REGION);
    watches.add(watch);
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
    return new Question(
        this, List.copyOf(mailboxes), watches.stream().filter(Watch::isOpen).toList(), time);
  }

  /** Part of a mailbox as it was last seen. */
  long box(int number, int offset) {
    return boxes[number][offset / Long.BYTES];
  }

  /** Notes part of a mailbox. */
  void note(int number, int offset, long value) {
    boxes[number][offset / Long.BYTES] = value;
  }

  /** Whether a processor has a block that did not end. */
  boolean inBlock(int cpu) {
    return watches.stream().anyMatch(watch -> watch.cpu() == cpu && watch.isOpen());
  }

  /** Whether a processor has a block that did not end and may halt. */
  boolean mayHalt(int cpu) {
    return watches.stream().anyMatch(watch -> watch.cpu() == cpu && watch.isOpen() && watch.halts);
  }

  /** INIT dropped the blocks of a processor and of its guests. */
  void dropBlocks(int cpu) {
    for (Watch watch : watches) {
      if (watch.cpu() == cpu) {
        watch.dropped = true;
      }
    }
  }

  /** The machine was reset. */
  void forget() {
    Arrays.fill(boxes, new long[0]);
    writes.forget();
    watches.clear();
    cursor = 0;
    code.clear();
    forgetGuests();
  }
}
