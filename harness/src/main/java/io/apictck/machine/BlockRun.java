package io.apictck.machine;

import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A block that was started; it may be suspended by interrupts or by HLT before it ends. */
public final class BlockRun {
  private final Cpu cpu;
  private final long block;
  private final List<Instruction> instructions;
  private @Nullable Event end;
  private boolean dropped;

  BlockRun(Cpu cpu, long block, List<Instruction> instructions) {
    this.cpu = cpu;
    this.block = block;
    this.instructions = instructions;
  }

  /** Number of the block, as frames name it in {@link io.apictck.platform.Place#block()}. */
  public long block() {
    return block;
  }

  /** What runs. */
  public List<Instruction> instructions() {
    return instructions;
  }

  /** Whether it ran to its end. */
  public boolean completed() {
    return end instanceof Event.Completed;
  }

  /** Whether it neither ended nor was dropped by INIT. */
  public boolean running() {
    return end == null && !dropped;
  }

  /** Whether INIT or RESET dropped it. */
  public boolean dropped() {
    return dropped;
  }

  /**
   * What its instructions gave, waiting for its end within the platform's patience.
   *
   * @throws AssertionError if it does not end, or faults
   */
  public long[] values() {
    return cpu.awaitCompletion(this);
  }

  /** How it ended, waiting within the platform's patience. */
  public Attempt attempt() {
    return cpu.awaitEnd(this);
  }

  @Nullable Event end() {
    return end;
  }

  void ended(Event event) {
    end = event;
  }

  void drop() {
    dropped = true;
  }

  boolean leavesContext() {
    Instruction last = instructions.getLast();
    return last instanceof Instruction.Iret
        || last instanceof Instruction.Rsm
        || last instanceof Instruction.Uiret;
  }
}
