package io.apictck.suites.virtualwire;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of the 8259 pair hold by LINT0 as they do without a local APIC (Intel 8259A data sheet,
 * "Fully Nested Mode").
 */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES)
final class PicRulesTests {
  private static VirtualWire wire(Machine machine, Cpu cpu, boolean disabled) {
    if (disabled) {
      cpu.lapic().disableGlobally();
      return VirtualWire.disconnected(machine);
    }
    return VirtualWire.throughLint0(machine, cpu);
  }

  private static void back(Cpu cpu) {
    if (cpu.lapic().mode() == ApicMode.DISABLED) {
      cpu.lapic().enterXapic();
    }
  }

  @InEachApicMode
  @Requires(isaLines = {1, 4, 8, 12})
  @Covers("VW-A-006")
  void waitingRequestsComeInTheOrderOfTheirLevels(Machine machine, Cpu cpu) {
    for (boolean disabled : new boolean[] {false, true}) {
      VirtualWire wire = wire(machine, cpu, disabled);
      List<Integer> order = new ArrayList<>();
      int[] irqs = {12, 4, 8, 1};
      for (int irq : irqs) {
        cpu.onInterrupt(
            VirtualWire.vector(irq),
            (self, frame) -> {
              order.add(irq);
              wire.eoi(irq);
              self.iret();
            });
        wire.unmask(irq);
        wire.raise(irq);
      }
      cpu.sti();
      machine.settle(() -> order.size() >= irqs.length);
      machine.expectNothing();
      assertThat(order)
          .as("order with the local APIC %s", disabled ? "disabled" : "enabled")
          .containsExactly(1, 8, 12, 4);
      cpu.cli();
      for (int irq : irqs) {
        wire.lower(irq);
        cpu.noHandler(VirtualWire.vector(irq));
      }
      back(cpu);
    }
  }

  @InEachApicMode
  @Requires(isaLines = {3, 4, 5})
  @Covers("VW-A-006")
  void higherLevelsNestAndLowerOnesWait(Machine machine, Cpu cpu) {
    for (boolean disabled : new boolean[] {false, true}) {
      VirtualWire wire = wire(machine, cpu, disabled);
      wire.unmask(3);
      wire.unmask(4);
      wire.unmask(5);
      cpu.sti();
      wire.raise(4);
      cpu.takeInterrupt(VirtualWire.vector(4));
      cpu.sti();
      wire.raise(5);
      machine.expectNothing();
      wire.raise(3);
      cpu.takeInterrupt(VirtualWire.vector(3));
      wire.eoi(3);
      cpu.iret();
      machine.expectNothing();
      wire.eoi(4);
      cpu.takeInterrupt(VirtualWire.vector(5));
      wire.eoi(5);
      cpu.iret();
      cpu.iret();
      machine.expectNothing();
      cpu.cli();
      for (int irq = 3; irq <= 5; irq++) {
        wire.lower(irq);
      }
      back(cpu);
    }
  }

  @InEachApicMode
  @Requires(isaLines = 7)
  @Covers("VW-A-006")
  void aTrueLevel7IsInService(Machine machine, Cpu cpu) {
    for (boolean disabled : new boolean[] {false, true}) {
      VirtualWire wire = wire(machine, cpu, disabled);
      wire.unmask(7);
      cpu.sti();
      wire.raise(7);
      cpu.takeInterrupt(VirtualWire.vector(7));
      assertThat(wire.isr()).as("ISR of the pair").isEqualTo(1 << 7);
      wire.lower(7);
      wire.eoi(7);
      cpu.iret();
      machine.expectNothing();
      cpu.cli();
      back(cpu);
    }
  }
}
