package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A piece of RAM that messages are sent to, so that a test sees the DWORD that a function writes
 * and that nothing beside it is written.
 */
public final class Landing {
  private static final int WORDS = 16;
  private static final int MIDDLE = 8;
  private static final int PATTERN = 0x5AC3_96E0;

  private final Machine machine;
  private final long base;

  private Landing(Machine machine, long base) {
    this.machine = machine;
    this.base = base;
  }

  /** One at an offset in scratch memory, a multiple of 64; it is filled with its pattern. */
  public static Landing at(Machine machine, long offset) {
    Landing landing = new Landing(machine, machine.scratch(offset));
    landing.clear();
    return landing;
  }

  /** The address for messages: it lies in the middle. */
  public long address() {
    return base + (long) Integer.BYTES * MIDDLE;
  }

  /** Fills it with its pattern. */
  public void clear() {
    List<Instruction> block = new ArrayList<>();
    for (int i = 0; i < WORDS; i++) {
      block.add(new Instruction.Store(base + (long) Integer.BYTES * i, 4, pattern(i)));
    }
    machine.cpu(0).run(block);
  }

  private static long pattern(int word) {
    return (PATTERN | word) & 0xFFFF_FFFFL;
  }

  /** The words that were written since it was cleared, by their distance from the address. */
  public Map<Integer, Integer> written() {
    List<Instruction> block = new ArrayList<>();
    for (int i = 0; i < WORDS; i++) {
      block.add(new Instruction.Load(base + (long) Integer.BYTES * i, 4));
    }
    long[] values = machine.cpu(0).run(block);
    Map<Integer, Integer> written = new TreeMap<>();
    for (int i = 0; i < WORDS; i++) {
      if (values[i] != pattern(i)) {
        written.put(Integer.BYTES * (i - MIDDLE), (int) values[i]);
      }
    }
    return written;
  }

  /** Waits for a message, fails if it is not this one alone, and clears. */
  public void expect(int data) {
    machine.settle(() -> !written().isEmpty());
    assertThat(written()).as("words written by a message").isEqualTo(Map.of(0, data));
    clear();
  }

  /** Fails if a message comes within the quiet time. */
  public void expectNothing() {
    machine.expectNothing();
    assertThat(written()).as("words written though no message may be sent").isEmpty();
  }
}
