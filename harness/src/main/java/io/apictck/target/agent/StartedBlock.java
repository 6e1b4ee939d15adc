package io.apictck.target.agent;

import io.apictck.platform.Instruction;
import java.util.List;

/** A block that a processor began and did not end. */
final class StartedBlock {
  final long number;
  final List<Instruction> instructions;
  final long memory;
  final BlockCode code;

  /** How many handler contexts were around it. */
  final int depth;

  /** Index behind the last INT n whose handler was entered, 0 if none was. */
  int softwareInterrupts;

  StartedBlock(
      long number, List<Instruction> instructions, long memory, BlockCode code, int depth) {
    this.number = number;
    this.instructions = instructions;
    this.memory = memory;
    this.code = code;
    this.depth = depth;
  }

  /** Address of the 64 bits that tell when it is done. */
  long flag() {
    return memory;
  }

  int values() {
    int values = 0;
    for (Instruction instruction : instructions) {
      values += instruction.values();
    }
    return values;
  }

  boolean leavesContext() {
    return instructions.getLast() instanceof Instruction.Iret
        || instructions.getLast() instanceof Instruction.Uiret;
  }
}
