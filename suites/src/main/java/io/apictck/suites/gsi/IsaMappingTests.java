package io.apictck.suites.gsi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.IntiFlags;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.virtualwire.VirtualWire;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * ISA interrupts at the I/O APIC (ACPI Specification, "Interrupt Source Override Structure" and
 * "Global System Interrupts").
 */
@Conformance
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES)
final class IsaMappingTests {
  private static final int VECTOR = 0x31;
  private static final int OTHER_VECTOR = 0x32;

  /** The 8259 pair, if there is one, is initialized and masked. */
  private static void quiet(Machine machine) {
    if (machine.features().has(Feature.PIC)) {
      VirtualWire.disconnected(machine);
    } else {
      VirtualWire.quietTimer(machine);
    }
  }

  private static List<Integer> moved(Machine machine, IsaMap map, boolean moved) {
    return VirtualWire.drivenIrqs(machine).stream()
        .filter(irq -> (map.gsi(irq) != irq) == moved)
        .toList();
  }

  @InEachApicMode
  @Sweep
  @Covers("GSI-MAP-001")
  void eachWireDrivesItsOwnInputAndNoOther(Machine machine, Cpu cpu, Cases cases) {
    quiet(machine);
    AllInputs inputs = new AllInputs(machine, cpu);
    cpu.sti();
    machine.expectNothing();
    inputs.take();
    cases.each(
        machine.description().board().pins(),
        gsi -> {
          machine.line(gsi, true);
          machine.settle(() -> inputs.count() > 0);
          machine.line(gsi, false);
          machine.expectNothing();
          assertThat(inputs.take()).as("inputs that interrupted").containsExactly(gsi);
        });
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Requires(isaLines = 1)
  @Covers("GSI-MAP-002")
  void withoutOverrideAnIsaInterruptHasItsOwnNumber(Machine machine, Cpu cpu, Cases cases) {
    quiet(machine);
    AllInputs inputs = new AllInputs(machine, cpu);
    cpu.sti();
    machine.expectNothing();
    inputs.take();
    cases.each(
        moved(machine, IsaMap.of(machine), false),
        irq -> {
          machine.isaLine(irq, true);
          machine.settle(() -> inputs.count() > 0);
          machine.isaLine(irq, false);
          machine.expectNothing();
          assertThat(inputs.take()).as("inputs that interrupted").containsExactly(irq);
        });
  }

  @InEachApicMode
  @Sweep
  @Requires(isaLines = 0)
  @Covers("GSI-MAP-003")
  void anOverrideMovesAnIsaInterrupt(Machine machine, Cpu cpu, Cases cases) {
    quiet(machine);
    IsaMap map = IsaMap.of(machine);
    cpu.sti();
    cases.each(
        moved(machine, map, true),
        irq -> {
          Input moved = Input.of(machine, map.gsi(irq));
          Input identity = Input.of(machine, irq);
          Counter taken =
              cpu.onInterrupt(
                  VECTOR,
                  (self, frame) -> {
                    machine.isaLine(irq, false);
                    self.finishInterrupt();
                  });
          moved.route(VECTOR, cpu, map.flags(irq));
          identity.routeEdge(OTHER_VECTOR, cpu);
          machine.isaLine(irq, true);
          machine.settle(() -> taken.count() > 0);
          machine.expectNothing();
          assertThat(taken).as("interrupts at the new number").hasCount(1);
          moved.mask();
          identity.mask();
          cpu.noHandler(VECTOR);
        });
  }

  @InEachApicMode
  @Requires(
      value = Feature.PIC,
      isaLines = {8, 12})
  @Covers("GSI-MAP-005")
  void theCascadeDrivesNoInput(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.disconnected(machine);
    wire.unmask(8);
    wire.unmask(12);
    AllInputs inputs = new AllInputs(machine, cpu);
    int gsi8 = IsaMap.of(machine).gsi(8);
    int gsi12 = IsaMap.of(machine).gsi(12);
    // where INTR is wired to input 0, that is another matter
    Input.of(machine, 0).mask();
    cpu.sti();
    machine.expectNothing();
    inputs.take();
    wire.raise(8);
    wire.raise(12);
    machine.settle(() -> inputs.count() >= 2);
    machine.expectNothing();
    assertThat(wire.irr()).as("IRR of the pair").isEqualTo(1 << 8 | 1 << 12);
    assertThat(inputs.take()).as("inputs that interrupted").containsExactly(gsi8, gsi12);
    wire.maskAll();
    wire.lower(8);
    wire.lower(12);
  }

  @InEachApicMode
  @Sweep
  @Requires(value = Feature.PIC, isaLines = 1)
  @Covers("GSI-MAP-006")
  void oneWireEndsInBothWorlds(Machine machine, Cpu cpu, Cases cases) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    IsaMap map = IsaMap.of(machine);
    cpu.sti();
    cases.each(
        VirtualWire.drivenIrqs(machine),
        irq -> {
          Input input = Input.of(machine, map.gsi(irq));
          Counter external = cpu.onInterrupt(VirtualWire.vector(irq), wire.ending(irq));
          Counter local = cpu.countInterrupts(VECTOR);

          wire.unmask(irq);
          pulse(machine, irq, () -> external.count() > 0);
          assertThat(external).as("by the 8259 alone").hasCount(1);
          assertThat(local).as("by the I/O APIC, masked").hasCount(0);

          wire.maskAll();
          input.routeEdge(VECTOR, cpu);
          pulse(machine, irq, () -> local.count() > 0);
          assertThat(external).as("by the 8259, masked").hasCount(1);
          assertThat(local).as("by the I/O APIC alone").hasCount(1);

          // the edge that came while it was masked may still wait in the 8259
          wire.unmask(irq);
          machine.expectNothing();
          external.clear();
          pulse(machine, irq, () -> external.count() > 0 && local.count() > 1);
          assertThat(external).as("by the 8259").hasCount(1);
          assertThat(local).as("by the I/O APIC").hasCount(2);

          wire.maskAll();
          input.mask();
          cpu.noHandler(VirtualWire.vector(irq));
        });
    assertThat(cpu.lapic()).isIdle();
  }

  private static void pulse(Machine machine, int irq, BooleanSupplier condition) {
    machine.isaLine(irq, true);
    machine.settle(condition);
    machine.isaLine(irq, false);
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Requires(isaLines = 1)
  @Covers("GSI-MAP-007")
  void programmedAsTheTableSaysNoneIsLostAndNoneRepeats(Machine machine, Cpu cpu, Cases cases) {
    quiet(machine);
    IsaMap map = IsaMap.of(machine);
    cpu.sti();
    cases.each(
        VirtualWire.drivenIrqs(machine),
        irq -> {
          IntiFlags flags = map.flags(irq);
          Input input = Input.of(machine, map.gsi(irq));
          Counter taken =
              cpu.onInterrupt(
                  VECTOR,
                  (self, frame) -> {
                    machine.isaLine(irq, false);
                    self.finishInterrupt();
                  });
          input.route(VECTOR, cpu, flags);
          for (int i = 1; i <= 10; i++) {
            int expected = i;
            machine.isaLine(irq, true);
            machine.settle(() -> taken.count() >= expected);
            machine.isaLine(irq, false);
          }
          machine.expectNothing();
          assertThat(taken).hasCount(10);
          input.mask();
          cpu.noHandler(VECTOR);
        });
    assertThat(cpu.lapic()).isIdle();
  }
}
