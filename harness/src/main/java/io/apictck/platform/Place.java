package io.apictck.platform;

/**
 * Where a processor was: the next instruction to be executed.
 *
 * @param block number of the block, 0 when the processor ran the NOPs between actions
 * @param index index of the next instruction in the block; the block's length if only its end
 *     remains, which can be only where its last instruction was HLT, MWAIT, INT n or ended in a
 *     trap
 */
public record Place(long block, int index) {
  /** In the endless NOPs. */
  public static final Place IDLE = new Place(0, 0);

  /** As in {@code block 3 instruction 2}. */
  @Override
  public String toString() {
    return block == 0 ? "the NOPs between blocks" : "block " + block + " instruction " + index;
  }
}
