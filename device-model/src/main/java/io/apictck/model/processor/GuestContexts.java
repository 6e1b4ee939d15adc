package io.apictck.model.processor;

import io.apictck.platform.Place;

/**
 * The contexts of a guest, and the numbers that stand for its places: RIP and RSP. The host has
 * such numbers too, for the frames of user interrupts.
 *
 * <p>RIP is one of four things: the start, where the guest begins afresh; the NOPs between blocks;
 * an instruction of the block of the innermost context, where each block has a range of addresses
 * of its own and each instruction is as long as its machine code; an address elsewhere, which can
 * only be fetched from. RSP tells contexts apart: each has a stack of its own.
 */
final class GuestContexts {
  /** RIP of a guest that begins afresh. */
  static final long START = 0x2000_0000L;

  /** RIP of the NOPs between blocks; any of their addresses will do. */
  static final long NOPS = 0x2000_1000L;

  /** RSP of guest 0 that begins afresh; those of other guests are as far from each other. */
  static final long STACKS = 0x3000_0000L;

  /** RSP of the host on processor 0; those of other processors are {@link #HOST_STACK} apart. */
  private static final long HOST_STACKS = 0x3100_0000L;

  private static final long HOST_STACK = 0x1_0000;
  private static final long NOP_BYTES = 0x100;
  private static final long FIRST_CODE = 0x4000_0000L;
  private static final long LONGEST_INSTRUCTION = 16;

  private final ContextStack contexts = new ContextStack();
  private long nextCode = FIRST_CODE;
  private long idleRip = START;

  /** Host code of a processor begins afresh. */
  void reset(int cpu) {
    contexts.reset();
    contexts.top().setStackPointer(HOST_STACKS + cpu * HOST_STACK);
    idleRip = NOPS;
  }

  ContextStack contexts() {
    return contexts;
  }

  /** Gives the block that has just begun its addresses. */
  void locate(Context context, int instructions) {
    context.setCode(nextCode);
    nextCode += LONGEST_INSTRUCTION * (instructions + 1);
  }

  long rip() {
    Context top = contexts.top();
    if (top.isElsewhere()) {
      return top.elsewhere();
    }
    if (top.busy()) {
      return top.address();
    }
    // a handler that was entered before the first NOP is no fresh start
    return contexts.atBottom() ? idleRip : NOPS;
  }

  long rsp() {
    return contexts.top().stackPointer();
  }

  Place place() {
    return contexts.top().place();
  }

  /** A NOP between blocks was executed. */
  void ranNop() {
    idleRip = NOPS;
  }

  /** VM entry with these registers. */
  void enter(long rip, long rsp, long flags) {
    if (rip == START) {
      contexts.reset();
      contexts.top().setStackPointer(rsp);
      idleRip = START;
      return;
    }
    contexts.unwind(rsp);
    if (!jumps(rip, flags)) {
      contexts.top().goElsewhere(rip);
    }
  }

  /**
   * Makes RIP another one of the innermost context.
   *
   * @param flags RFLAGS, for instructions that would have given them and are skipped
   */
  void jump(long rip, long flags) {
    if (!jumps(rip, flags)) {
      throw noCode(rip);
    }
  }

  /** What a guest makes of a place where no code of a test can be. */
  static IllegalStateException noCode(long rip) {
    return new IllegalStateException(
        "a guest cannot go on at RIP %xh: that is neither its start, nor its NOPs, nor an"
                .formatted(rip)
            + " instruction of the block of its innermost context, nor in the APIC-access page");
  }

  private boolean jumps(long rip, long flags) {
    Context top = contexts.top();
    if ((START <= rip && rip < START + NOP_BYTES) || (NOPS <= rip && rip < NOPS + NOP_BYTES)) {
      top.drop();
      idleRip = NOPS;
      return true;
    }
    return top.busy() && top.jump(rip, flags);
  }
}
