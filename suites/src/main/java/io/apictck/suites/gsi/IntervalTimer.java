package io.apictck.suites.gsi;

import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;
import java.time.Duration;

/** Programs channel 0 of the 8254 timer (Intel 8254 data sheet, "Programming the 8254"). */
final class IntervalTimer {
  /** Input clock in ticks a second. */
  static final double HERTZ = 1_193_182;

  private static final int COUNTER = 0x40;
  private static final int CONTROL = 0x43;
  private static final int LOW_THEN_HIGH = 0x30;
  private static final int SHORTEST = 2;

  private IntervalTimer() {}

  /** Starts it with a count, 1 to 65536. */
  static void start(Cpu cpu, int mode, int count) {
    cpu.run(
        new Instruction.Out(CONTROL, 1, LOW_THEN_HIGH | mode << 1),
        new Instruction.Out(COUNTER, 1, count & 0xFF),
        new Instruction.Out(COUNTER, 1, count >>> 8 & 0xFF));
  }

  /** Stops it, output low. */
  static void stop(Cpu cpu) {
    cpu.out8(CONTROL, LOW_THEN_HIGH);
  }

  /** Brings its output high for good by a count that is over soon, or low. */
  static void drive(Cpu cpu, boolean high) {
    if (high) {
      start(cpu, 0, SHORTEST);
      cpu.machine().elapse(Duration.ofMillis(1));
    } else {
      stop(cpu);
    }
  }

  /** The count, latched. */
  static int count(Cpu cpu) {
    long[] values =
        cpu.run(
            new Instruction.Out(CONTROL, 1, 0),
            new Instruction.In(COUNTER, 1),
            new Instruction.In(COUNTER, 1));
    return (int) (values[1] << 8 | values[0]);
  }
}
