package io.apictck.machine;

import io.apictck.platform.Instruction;
import java.util.List;

/** How a block ended that may fault. */
public sealed interface Attempt {
  /** The instructions of the block. */
  List<Instruction> instructions();

  /**
   * It ran to its end.
   *
   * @param instructions the block
   * @param values what it gave
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through from the event; not compared
  record Succeeded(List<Instruction> instructions, long[] values) implements Attempt {}

  /**
   * An instruction faulted.
   *
   * @param instructions the block
   * @param index which instruction
   * @param vector exception vector
   * @param errorCode error code, 0 if the exception has none
   */
  record Failed(List<Instruction> instructions, int index, int vector, int errorCode)
      implements Attempt {}
}
