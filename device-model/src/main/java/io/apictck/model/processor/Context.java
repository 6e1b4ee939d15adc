package io.apictck.model.processor;

import io.apictck.platform.Action;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import java.util.Arrays;

/** One activation of a processor: the block that runs in it, and what leaving it gives back. */
final class Context {
  /** What it is left by. */
  enum Kind {
    /** Never left. */
    KERNEL,
    /** Left by IRET. */
    HANDLER,
    /** System management, left by RSM. */
    SMM,
    /** Handler of a user interrupt, left by UIRET. */
    USER_HANDLER
  }

  private static final long[] NO_VALUES = {};
  private static final int[] NO_OFFSETS = {};
  private static final long NOWHERE = -1;

  private Kind kind = Kind.KERNEL;
  private SavedState saved = SavedState.NONE;

  /** What runs; null for the NOPs between actions. */
  private Action.Execute block;

  /** Its instructions. */
  private Instruction[] instructions = {};

  private int size;
  private int next;
  private long repeated;
  private long[] values = NO_VALUES;
  private int count;

  /** The address of the first instruction of the block. */
  private long code;

  /** The offsets of the instructions from there, and of the end, if measured. */
  private int[] offsets = NO_OFFSETS;

  private boolean measured;

  /** RSP. */
  private long stackPointer;

  /** In a guest: RIP where it points to nothing that a test has there. */
  private long elsewhere = NOWHERE;

  /** Makes it a fresh one. */
  void enter(Kind kindOfIt, SavedState stateBelow) {
    kind = kindOfIt;
    saved = stateBelow;
    drop();
  }

  void start(Action.Execute execute) {
    block = execute;
    instructions = execute.instructions().toArray(instructions);
    size = execute.instructions().size();
    next = 0;
    repeated = 0;
    count = 0;
    measured = false;
  }

  /** Ends the block. */
  void drop() {
    elsewhere = NOWHERE;
    block = null;
    next = 0;
    size = 0;
    repeated = 0;
    count = 0;
  }

  Kind kind() {
    return kind;
  }

  SavedState saved() {
    return saved;
  }

  boolean busy() {
    return block != null;
  }

  boolean atEnd() {
    return next == size;
  }

  long block() {
    return block.block();
  }

  Instruction fetch() {
    return instructions[next++];
  }

  /** Index of the instruction that is executed at the moment. */
  int current() {
    return next - 1;
  }

  /** The instruction is to be executed again, or to go on, when the context is resumed. */
  void stay() {
    next--;
  }

  /** As {@link #stay}; gives how long the instruction is. */
  int stayed() {
    stay();
    measure();
    return offsets[next + 1] - offsets[next];
  }

  /** Iterations that the current repeated instruction has done. */
  long repeated() {
    return repeated;
  }

  /** Whether the next instruction has done some of its iterations. */
  boolean betweenIterations() {
    return repeated != 0;
  }

  void repeatedTo(long iterations) {
    repeated = iterations;
  }

  void give(long value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, Math.max(8, count * 2));
    }
    values[count++] = value;
  }

  /** Replaces the value that was given last. */
  void giveInstead(long value) {
    values[count - 1] = value;
  }

  /** How many values were given. */
  int given() {
    return count;
  }

  /** Goes back behind an instruction, when so many values were given. */
  void rewind(int index, int given) {
    next = index + 1;
    count = given;
    repeated = 0;
  }

  long[] values() {
    return count == 0 ? NO_VALUES : Arrays.copyOf(values, count);
  }

  Place place() {
    return block == null ? Place.IDLE : new Place(block.block(), next);
  }

  // Where it lies

  long stackPointer() {
    return stackPointer;
  }

  void setStackPointer(long rsp) {
    stackPointer = rsp;
  }

  /** Whether RIP points to neither the block nor the NOPs. */
  boolean isElsewhere() {
    return elsewhere != NOWHERE;
  }

  /** RIP then. */
  long elsewhere() {
    return elsewhere;
  }

  void goElsewhere(long rip) {
    elsewhere = rip;
  }

  void setCode(long address) {
    code = address;
  }

  /** Address of the next instruction to be executed, or behind the last one. */
  long address() {
    measure();
    return code + offsets[next];
  }

  /** Finds out where the instructions of the block lie: once, for there may be many. */
  private void measure() {
    if (measured) {
      return;
    }
    if (offsets.length <= size) {
      offsets = new int[size + 1];
    }
    int offset = 0;
    for (int i = 0; i < size; i++) {
      offsets[i] = offset;
      offset += instructions[i].length();
    }
    offsets[size] = offset;
    measured = true;
  }

  /**
   * Goes on at an address. Instructions that are skipped give what their operands were before: all
   * ones, and RFLAGS where they give flags first.
   *
   * @return whether it is the address of an instruction, or that behind the last one
   */
  boolean jump(long rip, long rflags) {
    measure();
    long offset = rip - code;
    if (offset < 0 || offset > offsets[size]) {
      return false;
    }
    int index = Arrays.binarySearch(offsets, 0, size + 1, (int) offset);
    if (index < 0) {
      return false;
    }
    elsewhere = NOWHERE;
    for (int i = next; i < index; i++) {
      skip(instructions[i], rflags);
    }
    if (index != next) {
      repeated = 0;
    }
    next = index;
    return true;
  }

  private void skip(Instruction instruction, long rflags) {
    int first = 0;
    if (SkippedInstructions.giveFlags(instruction)) {
      give(rflags & Instruction.STATUS_FLAGS);
      first = 1;
    }
    for (int i = first; i < instruction.values(); i++) {
      give(-1);
    }
  }
}
