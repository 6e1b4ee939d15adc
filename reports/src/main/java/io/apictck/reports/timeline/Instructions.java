package io.apictck.reports.timeline;

import io.apictck.arch.ApicBase;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.platform.Action;
import io.apictck.platform.Instruction;
import io.apictck.trace.TraceEntry;
import io.apictck.trace.TraceText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Blocks of instructions in a few words. */
final class Instructions {
  /** More of them do not fit beside each other in any lane. */
  private static final int MAX_TEXTS = 40;

  private static final Pattern PROCESSOR = Pattern.compile("^CPU 0 +");
  private static final Pattern BLOCK = Pattern.compile(" +\\(block 1\\)$");

  private Instructions() {}

  /**
   * A block.
   *
   * @param values what it gave; empty if that is not known yet
   */
  static String of(Action.Execute execute, Optional<long[]> values) {
    List<Instruction> instructions = execute.instructions();
    List<String> texts = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < instructions.size() && texts.size() < MAX_TEXTS; i++) {
      Instruction instruction = instructions.get(i);
      Optional<LapicRegister> vectors = VectorReads.at(instructions, i);
      if (vectors.isPresent()) {
        int from = next;
        int step = instruction.values();
        texts.add(
            "read "
                + vectors.get()
                + values.map(all -> " \u2192 " + VectorReads.set(all, from, step)).orElse(""));
        next += VectorReads.COUNT * step;
        i += VectorReads.COUNT - 1;
      } else if (i + 1 < instructions.size() && isCommand(instruction, instructions.get(i + 1))) {
        texts.add(
            command((Instruction.Store) instruction, (Instruction.Store) instructions.get(++i)));
      } else {
        int from = next;
        int to = from + instruction.values();
        next = to;
        texts.add(
            of(
                instruction,
                values
                    .filter(all -> to <= all.length)
                    .map(all -> Arrays.copyOfRange(all, from, to))));
      }
    }
    return String.join("; ", texts);
  }

  /** Whether two writes are one command in xAPIC mode: the destination first, then the rest. */
  private static boolean isCommand(Instruction first, Instruction second) {
    return first instanceof Instruction.Store(long high, int _, long _)
        && second instanceof Instruction.Store(long low, int _, long _)
        && register(high).equals(Optional.of(LapicRegister.ICR_HIGH))
        && register(low).equals(Optional.of(LapicRegister.ICR));
  }

  private static String command(Instruction.Store high, Instruction.Store low) {
    long destination = high.value() >>> 24 & 0xFF;
    long value = destination << 32 | (low.value() & 0xFFFF_FFFFL);
    return write(LapicRegister.ICR, 0, value, true);
  }

  private static String of(Instruction instruction, Optional<long[]> values) {
    return switch (instruction) {
      case Instruction.Store(long address, int _, long value) when register(address).isPresent() ->
          write(register(address).get(), index(address), value, false);
      case Instruction.Load(long address, int _) when register(address).isPresent() ->
          "read " + name(register(address).get(), index(address)) + result(values);
      case Instruction.Wrmsr(int msr, long value) when msr == Msr.IA32_APIC_BASE ->
          "APIC_BASE \u2190 " + Values.base(value);
      case Instruction.Rdmsr(int msr) when msr == Msr.IA32_APIC_BASE ->
          "read APIC_BASE" + values.map(v -> " \u2192 " + Values.base(pair(v))).orElse("");
      case Instruction.Wrmsr(int msr, long value) when msrRegister(msr).isPresent() ->
          write(msrRegister(msr).get(), msrIndex(msr), value, true);
      case Instruction.Rdmsr(int msr) when msrRegister(msr).isPresent() ->
          "read "
              + name(msrRegister(msr).get(), msrIndex(msr))
              + values.map(v -> " \u2192 " + Values.hex(pair(v))).orElse("");
      case Instruction.MovToCr8(long value) -> "CR8 \u2190 " + Values.hex(value);
      case Instruction.MovFromCr8() -> "read CR8" + result(values);
      default -> plain(instruction) + result(values);
    };
  }

  private static String plain(Instruction instruction) {
    String line =
        TraceText.line(new TraceEntry.Did(0, new Action.Execute(0, 1, List.of(instruction))));
    String words = PROCESSOR.matcher(line).replaceFirst("");
    return BLOCK.matcher(words).replaceFirst("").replace("<-", "\u2190");
  }

  private static String write(LapicRegister register, int index, long value, boolean x2apic) {
    return name(register, index) + " \u2190 " + Values.written(register, value, x2apic);
  }

  private static String name(LapicRegister register, int index) {
    return register.count() == 1 ? register.name() : register + "[" + index + "]";
  }

  private static String result(Optional<long[]> values) {
    return values
        .filter(all -> all.length > 0)
        .map(all ->
            " \u2192 " + String.join(", ", Arrays.stream(all).mapToObj(Values::hex).toList()))
        .orElse("");
  }

  private static long pair(long[] values) {
    return values[1] << 32 | (values[0] & 0xFFFF_FFFFL);
  }

  static Optional<LapicRegister> register(long address) {
    long offset = address - ApicBase.DEFAULT_ADDRESS;
    return offset >= 0 && offset < 0x400 && (offset & 0xF) == 0
        ? LapicRegister.at((int) offset)
        : Optional.empty();
  }

  static int index(long address) {
    int offset = (int) (address - ApicBase.DEFAULT_ADDRESS);
    return (offset - register(address).map(LapicRegister::offset).orElse(offset)) >>> 4;
  }

  static Optional<LapicRegister> msrRegister(int msr) {
    int index = msr - Msr.X2APIC_FIRST;
    return index >= 0 && index < 0x40 ? LapicRegister.at(index << 4) : Optional.empty();
  }

  static int msrIndex(int msr) {
    return msr - msrRegister(msr).map(LapicRegister::msr).orElse(msr);
  }
}
