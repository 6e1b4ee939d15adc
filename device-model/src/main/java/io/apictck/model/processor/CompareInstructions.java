package io.apictck.model.processor;

import io.apictck.platform.Instruction;

/**
 * CMPXCHG and CMPXCHG16B with LOCK (Intel SDM Vol. 2, "CMPXCHG", "CMPXCHG8B/CMPXCHG16B"): the
 * destination is written in either case, with what it had before if the comparison fails.
 */
final class CompareInstructions {
  private static final int ALIGNMENT = 16;

  private CompareInstructions() {}

  /** CMPXCHG; gives a {@link Fault}. */
  static int execute(DataAccess memory, Context context, Instruction.CompareExchange compare) {
    int width = compare.width();
    int fault = memory.read(context, compare.address(), width);
    if (fault != Fault.NONE) {
      return fault;
    }
    long old = memory.value();
    long expected = compare.expected() & -1L >>> (Long.SIZE - Byte.SIZE * width);
    fault =
        memory.write(context, compare.address(), width, old == expected ? compare.value() : old);
    if (fault == Fault.NONE) {
      context.give(old);
    }
    return fault;
  }

  /** CMPXCHG16B; gives a {@link Fault}. */
  static int execute(DataAccess memory, Context context, Instruction.CompareExchange16 compare) {
    long address = compare.address();
    if (address % ALIGNMENT != 0) {
      return Fault.GP;
    }
    int fault = memory.read(context, address, Long.BYTES);
    if (fault != Fault.NONE) {
      return fault;
    }
    long low = memory.value();
    fault = memory.read(context, address + Long.BYTES, Long.BYTES);
    if (fault != Fault.NONE) {
      return fault;
    }
    long high = memory.value();
    boolean equal = low == compare.expectedLow() && high == compare.expectedHigh();
    fault = memory.write(context, address, Long.BYTES, equal ? compare.low() : low);
    if (fault == Fault.NONE) {
      fault =
          memory.write(context, address + Long.BYTES, Long.BYTES, equal ? compare.high() : high);
    }
    if (fault == Fault.NONE) {
      context.give(low);
      context.give(high);
    }
    return fault;
  }
}
