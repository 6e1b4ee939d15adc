package io.apictck.target.serial;

import io.apictck.platform.GuestState;
import io.apictck.target.agent.AgentLayout;

/** The words that tell whether a block ended, and its results. */
final class Watch {
  private final long address;
  private final long[] words;

  /** Whether the code behind it may halt. */
  boolean halts;

  /** Whether the processor was reset, so that the block cannot end any more. */
  boolean dropped;

  Watch(long address, int words) {
    this.address = address;
    this.words = new long[words];
  }

  long address() {
    return address;
  }

  int count() {
    return words.length;
  }

  long end() {
    return address + (long) words.length * Long.BYTES;
  }

  boolean contains(long other) {
    return other >= address && other < end();
  }

  boolean overlaps(Watch other) {
    return address < other.end() && other.address < end();
  }

  long word(long at) {
    return words[(int) (at - address) / Long.BYTES];
  }

  void set(int index, long value) {
    words[index] = value;
  }

  /** Whether the block may still end. */
  boolean isOpen() {
    return words[0] <= 0 && !dropped;
  }

  /** The processor whose block it is, or whose guest's. */
  int cpu() {
    return cpuOf(address);
  }

  /** The processor that has blocks at an address, itself or its guests; -1 if none has. */
  static int cpuOf(long address) {
    long offset = address - AgentLayout.CODE;
    if (offset >= 0 && offset < (long) AgentLayout.MAX_PROCESSORS * AgentLayout.CODE_SIZE) {
      return (int) (offset / AgentLayout.CODE_SIZE);
    }
    long guest = address - AgentLayout.GUESTS;
    if (guest >= 0 && guest < (long) AgentLayout.GUEST_COUNT * AgentLayout.GUEST_SIZE) {
      return (int) (guest / AgentLayout.GUEST_SIZE / GuestState.GUESTS);
    }
    return -1;
  }
}
