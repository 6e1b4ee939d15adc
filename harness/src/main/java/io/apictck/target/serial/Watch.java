package io.apictck.target.serial;

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
    return words[0] == 0 && !dropped;
  }

  int cpu() {
    return (int) ((address - AgentLayout.CODE) / AgentLayout.CODE_SIZE);
  }
}
