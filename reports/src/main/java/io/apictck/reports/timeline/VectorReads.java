package io.apictck.reports.timeline;

import io.apictck.arch.LapicRegister;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads of all eight registers of IRR, ISR or TMR in a row: a set of vectors. */
final class VectorReads {
  /** How many registers make a set. */
  static final int COUNT = 8;

  private static final int MAX_SHOWN = 6;

  private VectorReads() {}

  /** The set that is read from instruction {@code from} on, if one is. */
  static Optional<LapicRegister> at(List<Instruction> instructions, int from) {
    if (from + COUNT > instructions.size()) {
      return Optional.empty();
    }
    Optional<LapicRegister> register = register(instructions.get(from));
    for (int i = 0; i < COUNT; i++) {
      Instruction instruction = instructions.get(from + i);
      if (!register(instruction).equals(register) || index(instruction) != i) {
        return Optional.empty();
      }
    }
    return register.filter(found -> found.count() == COUNT);
  }

  private static Optional<LapicRegister> register(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Load(long address, int _) -> Instructions.register(address);
      case Instruction.Rdmsr(int msr) -> Instructions.msrRegister(msr);
      default -> Optional.empty();
    };
  }

  private static int index(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Load(long address, int _) -> Instructions.index(address);
      case Instruction.Rdmsr(int msr) -> Instructions.msrIndex(msr);
      default -> -1;
    };
  }

  /**
   * The vectors.
   *
   * @param values what the block gave
   * @param from where the values of the first register begin
   * @param step how many values each register gave
   */
  static String set(long[] values, int from, int step) {
    List<String> vectors = new ArrayList<>();
    for (int i = 0; i < COUNT && from + i * step < values.length; i++) {
      for (int bit = 0; bit < 32; bit++) {
        if ((values[from + i * step] >>> bit & 1) != 0) {
          vectors.add(Values.vector(i << 5 | bit));
        }
      }
    }
    if (vectors.size() > MAX_SHOWN) {
      return vectors.size() + " vectors " + vectors.getFirst() + " .. " + vectors.getLast();
    }
    return vectors.isEmpty() ? "none" : String.join(" ", vectors);
  }
}
