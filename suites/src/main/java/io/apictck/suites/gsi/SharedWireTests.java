package io.apictck.suites.gsi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.virtualwire.VirtualWire;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Wires with several drivers (PCI Local Bus Specification, "Interrupt Pins"). */
@Conformance
@Requires(Feature.IO_APIC)
final class SharedWireTests {
  private static final int VECTOR = 0x31;

  private static List<PciFunction> functionsWithPin(Machine machine) {
    List<PciFunction> functions =
        machine.functions().stream().filter(function -> function.gsi() >= 0).toList();
    Assumptions.assumeFalse(functions.isEmpty(), "a PCI function has an interrupt pin");
    return functions;
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers("GSI-MAP-009")
  void aPinOfAFunctionInterruptsUntilItIsReleased(Machine machine, Cpu cpu) {
    cpu.sti();
    for (PciFunction function : functionsWithPin(machine)) {
      Input input = Input.of(machine, function.gsi());
      input.routeLevel(VECTOR, cpu);
      function.interrupt(0, true);
      for (int i = 0; i < 3; i++) {
        cpu.takeInterrupt(VECTOR);
        assertThat(input.entry().remoteIrr()).as("remote IRR in the handler").isTrue();
        if (i == 2) {
          function.interrupt(0, false);
        }
        cpu.finishInterrupt();
      }
      machine.expectNothing();
      assertThat(input.entry().remoteIrr()).as("remote IRR afterwards").isFalse();
      input.mask();
    }
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Requires(stimuli = {Stimulus.FUNCTION_INTERRUPTS, Stimulus.LINES})
  @Covers("GSI-MAP-009")
  void aWireIsAssertedWhileAnyDriverAssertsIt(Machine machine, Cpu cpu) {
    List<PciFunction> driven =
        functionsWithPin(machine).stream()
            .filter(some -> machine.description().board().lines().contains(some.gsi()))
            .toList();
    Assumptions.assumeFalse(
        driven.isEmpty(), "the platform drives the wire of a PCI function's interrupt pin");
    PciFunction function = driven.getFirst();
    Input input = Input.of(machine, function.gsi());
    verifyOr(
        machine,
        cpu,
        input,
        pending -> function.interrupt(0, pending),
        asserted -> machine.line(function.gsi(), asserted));
  }

  /** Every wire is shared in the machines whose lines a test drives; here with the timer. */
  @InEachApicMode
  @Requires(
      value = {Feature.PIT, Feature.PIC},
      stimuli = Stimulus.LINES,
      isaLines = 0,
      virtualTime = true)
  @Covers("GSI-MAP-009")
  void theTimerSharesItsWireWithTheLine(Machine machine, Cpu cpu) {
    VirtualWire.disconnected(machine);
    Input input = Input.of(machine, IsaMap.of(machine).gsi(0));
    verifyOr(
        machine,
        cpu,
        input,
        high -> IntervalTimer.drive(cpu, high),
        high -> machine.isaLine(0, high));
  }

  private static void verifyOr(Machine machine, Cpu cpu, Input input, Driver first, Driver second) {
    Counter taken = cpu.countInterrupts(VECTOR);
    cpu.sti();
    input.routeEdge(VECTOR, cpu);
    // a second driver makes no edge, and the first release is none
    first.drive(true);
    machine.settle(() -> taken.count() > 0);
    second.drive(true);
    first.drive(false);
    first.drive(true);
    second.drive(false);
    machine.expectNothing();
    assertThat(taken).as("rises of the wire").hasCount(1);
    first.drive(false);
    second.drive(true);
    machine.settle(() -> taken.count() > 1);
    machine.expectNothing();
    assertThat(taken).as("rises of the wire").hasCount(2);
    second.drive(false);
    input.mask();

    cpu.noHandler(VECTOR);
    input.routeLevel(VECTOR, cpu);
    first.drive(true);
    cpu.takeInterrupt(VECTOR);
    second.drive(true);
    first.drive(false);
    cpu.finishInterrupt();
    cpu.takeInterrupt(VECTOR);
    second.drive(false);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(input.entry().remoteIrr()).as("remote IRR").isFalse();
    input.mask();
    assertThat(cpu.lapic()).isIdle();
  }

  /** Drives a wire. */
  @FunctionalInterface
  private interface Driver {
    void drive(boolean asserted);
  }
}
