package io.apictck.model.processor;

import io.apictck.platform.Instruction;

/**
 * ENTER with operands of 16 bits (Intel SDM Vol. 2, "ENTER"): the one instruction here that writes
 * more than once.
 *
 * <p>Not supported: the check whether the byte that RSP points to at the end could be written.
 */
final class EnterInstruction {
  private static final int LEVELS = 31;

  private EnterInstruction() {}

  /** Pushes its words; gives a {@link Fault}. */
  static int execute(DataAccess memory, Context context, Instruction.Enter enter) {
    int fault = push(memory, context, enter);
    // its operands are in the stack segment
    return fault == Fault.GP ? Fault.SS : fault;
  }

  private static int push(DataAccess memory, Context context, Instruction.Enter enter) {
    long stack = enter.stack() - Short.BYTES;
    long frameTemp = stack;
    int fault = memory.write(context, stack, Short.BYTES, enter.frame());
    int levels = enter.levels() & LEVELS;
    for (int level = 1; level < levels && fault == Fault.NONE; level++) {
      fault = memory.read(context, enter.frame() - (long) level * Short.BYTES, Short.BYTES);
      if (fault == Fault.NONE) {
        stack -= Short.BYTES;
        fault = memory.write(context, stack, Short.BYTES, memory.value());
      }
    }
    return levels == 0 || fault != Fault.NONE
        ? fault
        : memory.write(context, stack - Short.BYTES, Short.BYTES, frameTemp);
  }
}
