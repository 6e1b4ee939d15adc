package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * All processors of a machine, taking interrupts of all vectors with IF=1, so that a test sees who
 * takes a message, as which vector and how often.
 */
public final class Listeners {
  private final Machine machine;
  private final List<Counter> taken;
  private final List<LapicState> before;

  /**
   * An interrupt that was taken.
   *
   * @param cpu index of the processor
   * @param vector its vector
   */
  public record Taken(int cpu, int vector) {
    @Override
    public String toString() {
      return Hex.vector(vector) + " on CPU " + cpu;
    }
  }

  private Listeners(Machine machine) {
    this.machine = machine;
    taken =
        machine.cpus().stream()
            .map(cpu -> cpu.countInterrupts(Vectors.FIRST, Vectors.LAST))
            .toList();
    before = states();
    machine.cpus().forEach(Cpu::sti);
  }

  /** All processors of a machine. */
  public static Listeners of(Machine machine) {
    return new Listeners(machine);
  }

  /** Sends a message and fails unless exactly the expected processors take one interrupt each. */
  public void verify(long address, int data, int vector, Predicate<Cpu> expected) {
    verify(() -> machine.deviceWrite(address, data), () -> text(address, data), vector, expected);
  }

  /**
   * Does something and fails unless exactly the expected processors take one interrupt each.
   *
   * @param request what interrupts
   * @param text what it is, in words
   */
  public void verify(Runnable request, Supplier<String> text, int vector, Predicate<Cpu> expected) {
    clear();
    request.run();
    List<Taken> wanted =
        machine.cpus().stream()
            .filter(expected)
            .map(cpu -> new Taken(cpu.index(), vector))
            .toList();
    machine.settle(() -> count() >= wanted.size());
    assertThat(soFar()).as(() -> "interrupts taken of " + text.get()).isEqualTo(wanted);
  }

  /** Sends a message; what was taken of it. */
  public List<Taken> observe(long address, int data) {
    return observe(() -> machine.deviceWrite(address, data));
  }

  /** Does something; what was taken of it. */
  public List<Taken> observe(Runnable request) {
    clear();
    request.run();
    machine.expectNothing();
    return soFar();
  }

  /** What was taken since the last message. */
  public List<Taken> soFar() {
    List<Taken> all = new ArrayList<>();
    for (Cpu cpu : machine.cpus()) {
      taken.get(cpu.index()).vectors().forEach(vector -> all.add(new Taken(cpu.index(), vector)));
    }
    return all;
  }

  /** How many interrupts were taken since the last message. */
  public int count() {
    int count = 0;
    for (Counter counter : taken) {
      count += counter.count();
    }
    return count;
  }

  /** Forgets what was taken. */
  public void clear() {
    taken.forEach(Counter::clear);
  }

  /** Fails if something comes late or anything but trigger modes is left behind. */
  public void verifyQuiet() {
    clear();
    machine.expectNothing();
    assertThat(soFar()).as("interrupts taken late").isEmpty();
    assertThat(states()).as("states of the local APICs afterwards").isEqualTo(before);
  }

  private List<LapicState> states() {
    return machine.cpus().stream()
        .map(cpu -> LapicState.of(cpu.lapic()))
        .map(state ->
            new LapicState(
                state.tpr(), state.ppr(), state.svr(), state.irr(), state.isr(), new VectorSet()))
        .toList();
  }

  /** A write in words. */
  public static String text(long address, int data) {
    return "a write of " + Hex.dword(data) + " to " + Hex.qword(address);
  }
}
