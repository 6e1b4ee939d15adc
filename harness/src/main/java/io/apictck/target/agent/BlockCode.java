package io.apictck.target.agent;

import io.apictck.platform.Instruction;
import java.util.Arrays;
import java.util.List;

/**
 * The machine code of a block, and where in it each instruction lies.
 *
 * <p>STI, MOV SS and LSS hold back interrupts for one instruction. So that this is the next
 * instruction of the block, what loads that one's operands comes before them: the set-ups of such a
 * group in reverse order, since each may rely on the registers and the stack that the rest of the
 * block will find.
 */
final class BlockCode {
  private static final int NO_ENTRY = -1;

  private final List<Instruction> instructions;
  private final long address;
  private final byte[] bytes;
  private final int[] bodies;
  private final int entry;
  private final int end;

  private BlockCode(
      List<Instruction> instructions,
      long address,
      byte[] bytes,
      int[] bodies,
      int entry,
      int end) {
    this.instructions = instructions;
    this.address = address;
    this.bytes = bytes;
    this.bodies = bodies;
    this.entry = entry;
    this.end = end;
  }

  /**
   * Assembles a block.
   *
   * @param side whose block it is
   * @param address where the code will lie
   * @param flag where 64 bits tell that the block is done; the results follow them
   */
  static BlockCode assemble(Side side, List<Instruction> instructions, long address, long flag) {
    Code code = new Code().takeCommand().loadStack().results(flag + Long.BYTES);
    int[] bodies = new int[instructions.size()];
    int entry = NO_ENTRY;
    int next = 0;
    while (next < instructions.size()) {
      int last = next;
      while (shadows(instructions.get(last))
          && last + 1 < instructions.size()
          && movable(instructions.get(last + 1))) {
        last++;
      }
      if (side.entersGuests() && enters(instructions.get(last))) {
        // before the set-up of what holds back interrupts, which the guest's registers may not
        // spoil
        entry = code.size() + Code.VMREAD_OFFSET;
        code.prepareEntry(side.symbols().vmEnter(), flag);
      }
      for (int i = last; i >= next; i--) {
        setUp(side, code, instructions.get(i), flag);
      }
      for (int i = next; i <= last; i++) {
        bodies[i] = code.size();
        code.raw(instructions.get(i).machineCode().body());
      }
      if (entry != NO_ENTRY && enters(instructions.get(last))) {
        code.resultsAgain();
      }
      store(side, code, instructions.get(last));
      next = last + 1;
    }
    int end = code.size();
    code.loadStack().done(flag).idle();
    return new BlockCode(instructions, address, code.bytes(), bodies, entry, end);
  }

  private static boolean shadows(Instruction instruction) {
    return instruction instanceof Instruction.Sti
        || instruction instanceof Instruction.MovSs
        || instruction instanceof Instruction.Lss;
  }

  /** Whether its set-up may come earlier: that of SYSRETQ says where the SYSRETQ is. */
  private static boolean movable(Instruction instruction) {
    return !(instruction instanceof Instruction.EnterUser);
  }

  private static void setUp(Side side, Code code, Instruction instruction, long flag) {
    if (suspends(instruction)) {
      code.halting(side.processorMailbox(), 1);
    }
    switch (instruction) {
      case Instruction.Iret _ -> code.done(flag).restoreContext();
      case Instruction.Uiret _ -> code.done(flag).restoreUserContext();
      case Instruction.EnterUser _ -> code.interruptUserBelow();
      default -> {}
    }
    code.raw(instruction.machineCode().setUp());
  }

  private static void store(Side side, Code code, Instruction instruction) {
    code.raw(instruction.machineCode().store());
    if (suspends(instruction) || (side.entersGuests() && enters(instruction))) {
      code.halting(side.processorMailbox(), 0);
    }
  }

  private static boolean enters(Instruction instruction) {
    return instruction instanceof Instruction.Vmlaunch
        || instruction instanceof Instruction.Vmresume;
  }

  /** Whether the processor may be halted before a block ends. */
  static boolean mayHalt(List<Instruction> instructions) {
    return instructions.stream().anyMatch(BlockCode::suspends);
  }

  private static boolean suspends(Instruction instruction) {
    return instruction instanceof Instruction.Hlt
        || instruction instanceof Instruction.Mwait
        || instruction instanceof Instruction.Umwait
        || instruction instanceof Instruction.Tpause;
  }

  byte[] bytes() {
    return bytes;
  }

  boolean contains(long rip) {
    return rip >= address && rip < address + bytes.length;
  }

  /** Index of the next instruction to be executed at {@code rip}; the block's length at its end. */
  int indexOf(long rip) {
    int offset = (int) (rip - address);
    for (int i = 0; i < bodies.length; i++) {
      if (offset <= bodies[i]) {
        return i;
      }
    }
    return bodies.length;
  }

  /** Whether {@code rip} is that of an instruction itself, or faults in its place. */
  boolean isBody(long rip) {
    return rip - address == entry || Arrays.binarySearch(bodies, (int) (rip - address)) >= 0;
  }

  /** Whether a block may be interrupted behind its last instruction without having ended. */
  boolean endsSuspended() {
    return switch (instructions.getLast()) {
      case Instruction.Hlt ignored -> true;
      case Instruction.Mwait ignored -> true;
      case Instruction.Int ignored -> true;
      case Instruction.Int3 ignored -> true;
      default -> false;
    };
  }

  /** What of the last instruction's results is still to be stored at {@code rip}. */
  byte[] restOfStore(long rip) {
    int offset = (int) (rip - address);
    return offset >= end ? new byte[0] : Arrays.copyOfRange(bytes, offset, end);
  }
}
