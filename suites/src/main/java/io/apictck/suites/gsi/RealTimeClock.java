package io.apictck.suites.gsi;

import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;

/** Programs the periodic interrupt of the MC146818 clock (Motorola data sheet, "Registers"). */
final class RealTimeClock {
  /** Rate selections that give a periodic interrupt: 15 is 2 Hz, 3 is 8192 Hz. */
  static final int SLOWEST = 15;

  private static final int INDEX = 0x70;
  private static final int A = 0x0A;
  private static final int B = 0x0B;
  private static final int C = 0x0C;
  private static final int DIVIDER_RUNS = 0x20;
  private static final int MODE_24_HOURS = 0x02;
  private static final int PIE = 1 << 6;

  private RealTimeClock() {}

  private static void write(Cpu cpu, int register, int value) {
    cpu.run(new Instruction.Out(INDEX, 1, register), new Instruction.Out(INDEX + 1, 1, value));
  }

  /** Reads the flags, which clears them. */
  static int flags(Cpu cpu) {
    return (int) cpu.run(new Instruction.Out(INDEX, 1, C), new Instruction.In(INDEX + 1, 1))[0];
  }

  /** Lets it interrupt with a rate, 1 to 15. */
  static void start(Cpu cpu, int rate) {
    write(cpu, A, DIVIDER_RUNS | rate);
    flags(cpu);
    write(cpu, B, MODE_24_HOURS | PIE);
  }

  /** Ends the interrupts. */
  static void stop(Cpu cpu) {
    write(cpu, B, MODE_24_HOURS);
    flags(cpu);
  }

  /** Interrupts a second. */
  static double hertz(int rate) {
    return rate < 3 ? 256 >> (rate - 1) : 65_536 >> rate;
  }
}
