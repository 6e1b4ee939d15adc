package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.InterruptCommand;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LapicState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * All processors of a machine, waiting with IF=1 for an IPI, so that a test sees who takes it and
 * how often.
 */
final class Receivers {
  private final Machine machine;
  private final List<Counter> taken;
  private final List<LapicState> before;

  private Receivers(Machine machine, Function<Cpu, Counter> counting) {
    this.machine = machine;
    taken = machine.cpus().stream().map(counting).toList();
    before = states();
    machine.cpus().forEach(Cpu::sti);
  }

  /** Takes interrupts with this vector; with any other one the test fails. */
  static Receivers of(Machine machine, int vector) {
    return new Receivers(machine, cpu -> cpu.countInterrupts(vector));
  }

  /** Takes NMIs; with an interrupt the test fails. */
  static Receivers ofNmi(Machine machine) {
    return new Receivers(machine, cpu -> cpu.onNmi(InterruptHandler.RETURN));
  }

  /** Sends a command and fails unless exactly the expected processors take one interrupt each. */
  void verify(Cpu sender, InterruptCommand command, Predicate<Cpu> expected) {
    clear();
    sender.lapic().send(command);
    List<Cpu> wanted = machine.cpus().stream().filter(expected).toList();
    machine.settle(() -> wanted.stream().allMatch(cpu -> countOf(cpu) > 0));
    assertThat(soFar())
        .as(() -> "receivers of " + Commands.text(command) + " from " + sender)
        .isEqualTo(wanted);
  }

  /**
   * Sends a command whose receivers are not known; those that took it, one entry for each
   * interrupt.
   */
  List<Cpu> observe(Cpu sender, InterruptCommand command) {
    clear();
    sender.lapic().send(command);
    machine.expectNothing();
    return soFar();
  }

  /** Those that took an interrupt since the last command, one entry for each interrupt. */
  List<Cpu> soFar() {
    List<Cpu> receivers = new ArrayList<>();
    for (Cpu cpu : machine.cpus()) {
      for (int i = 0; i < countOf(cpu); i++) {
        receivers.add(cpu);
      }
    }
    return receivers;
  }

  /** Forgets what came so far. */
  void clear() {
    taken.forEach(Counter::clear);
  }

  /** Fails if something comes late or anything is left behind in a local APIC. */
  void verifyQuiet() {
    clear();
    machine.expectNothing();
    assertThat(soFar()).as("receivers of a late interrupt").isEmpty();
    assertThat(states()).as("states of the local APICs afterwards").isEqualTo(before);
  }

  private List<LapicState> states() {
    return machine.cpus().stream().map(cpu -> LapicState.of(cpu.lapic())).toList();
  }

  private int countOf(Cpu cpu) {
    return taken.get(cpu.index()).count();
  }
}
