package io.apictck.suites.processor;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets a timer interrupt hit a run of instructions at every possible boundary: the same block again
 * and again, each time with one more NOP between the start of the timer and the instructions.
 */
final class TimerStorm {
  private static final int VECTOR = 0xE1;

  private final Cpu cpu;
  private final int count;
  private final Counter taken;

  /**
   * A storm on one processor, with IF=1; the timer fires {@code count} input clocks after its
   * start.
   */
  TimerStorm(Cpu cpu, int count) {
    this.cpu = cpu;
    this.count = count;
    this.taken = cpu.countInterrupts(VECTOR);
    cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR));
    cpu.sti();
  }

  /**
   * Starts the timer, runs {@code delay} NOPs and then the instructions, to their end.
   *
   * @return the index of the instruction, from the first behind the NOPs, before which the
   *     interrupt came; negative if before the first, the number of instructions if after the last
   */
  int hit(int delay, List<Instruction> instructions) {
    List<Instruction> block = new ArrayList<>();
    block.add(cpu.lapic().writing(LapicRegister.INITIAL_COUNT, count));
    for (int i = 0; i < delay; i++) {
      block.add(new Instruction.Nop());
    }
    block.addAll(instructions);
    taken.clear();
    BlockRun run = cpu.start(block);
    run.values();
    cpu.machine().settle(() -> taken.count() > 0);
    if (taken.count() != 1) {
      throw new AssertionError("the one-shot timer interrupted " + taken.count() + " times");
    }
    InterruptFrame frame = taken.frames().getFirst();
    return frame.interrupted().block() == run.block()
        ? frame.interrupted().index() - 1 - delay
        : instructions.size();
  }
}
