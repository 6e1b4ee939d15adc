package io.apictck.suites.virtualwire;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.RedirectionEntry;
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

/** Interrupts by the I/O APIC (MultiProcessor Specification, "Symmetric I/O Mode"). */
@Conformance
@Requires(
    value = {Feature.PIC, Feature.IO_APIC},
    stimuli = Stimulus.LINES,
    isaLines = 1)
final class SymmetricModeTests {
  private static final int IRQ = 1;
  private static final int VECTOR = 0x71;

  private static int input(Machine machine, int irq) {
    return machine.description().board().gsiOfIsa(irq);
  }

  private static void disconnectLint0(Cpu cpu) {
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
  }

  @InEachApicMode
  @Sweep
  @Covers("VW-SYM-001")
  void interruptsComeByTheirEntriesOnly(Machine machine, Cpu cpu, Cases cases) {
    VirtualWire wire = VirtualWire.disconnected(machine);
    disconnectLint0(cpu);
    cpu.sti();
    cases.each(
        VirtualWire.drivenIrqs(machine),
        irq -> {
          int input = input(machine, irq);
          machine.ioApic().setEntry(input, RedirectionEntry.fixed(VECTOR, cpu.apicId()));
          wire.raise(irq);
          cpu.serve(VECTOR);
          machine.expectNothing();
          // INTR is inactive: nothing comes when its way is free
          cpu.lapic().setLvt(LapicRegister.LVT_LINT0, VirtualWire.EXT_INT);
          machine.expectNothing();
          disconnectLint0(cpu);
          wire.lower(irq);
          machine.expectNothing();
          machine.ioApic().setEntry(input, RedirectionEntry.RESET);
          assertThat(wire.isr()).as("ISR of the pair").isZero();
        });
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("VW-SYM-002")
  void aLevelThatIsAssertedDuringTheSwitchComesByItsEntry(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    int input = input(machine, IRQ);
    Counter taken =
        cpu.onInterrupt(
            VECTOR,
            (self, frame) -> {
              wire.lower(IRQ);
              self.finishInterrupt();
            });
    cpu.sti();
    wire.raise(IRQ);
    machine.expectNothing();
    machine.ioApic().setEntry(input, RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true));
    disconnectLint0(cpu);
    machine.settle(() -> taken.count() > 0);
    machine.expectNothing();
    assertThat(taken).hasCount(1);
    assertThat(machine.ioApic().entry(input).remoteIrr()).as("remote IRR").isFalse();
    machine.ioApic().setEntry(input, RedirectionEntry.RESET);
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("VW-SYM-002")
  void anEdgeThatThe8259DeliveredDoesNotComeAgain(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    int input = input(machine, IRQ);
    wire.unmask(IRQ);
    cpu.sti();
    wire.raise(IRQ);
    wire.serve(cpu, IRQ);
    wire.maskAll();
    disconnectLint0(cpu);
    machine.ioApic().setEntry(input, RedirectionEntry.fixed(VECTOR, cpu.apicId()));
    machine.expectNothing();
    wire.lower(IRQ);
    machine.expectNothing();
    wire.raise(IRQ);
    cpu.serve(VECTOR);
    wire.lower(IRQ);
    machine.expectNothing();
    assertThat(wire.isr()).as("ISR of the pair").isZero();
  }

  /**
   * And back: what the I/O APIC delivered as an edge, the 8259 must not have forgotten or repeated.
   */
  @InEachApicMode
  @Covers("VW-SYM-002")
  void theWayBackToVirtualWireModeIsOpen(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.disconnected(machine);
    int input = input(machine, IRQ);
    machine.ioApic().setEntry(input, RedirectionEntry.fixed(VECTOR, cpu.apicId()));
    cpu.sti();
    wire.raise(IRQ);
    cpu.serve(VECTOR);
    wire.lower(IRQ);
    machine.ioApic().setEntry(input, RedirectionEntry.RESET);
    // a new initialization forgets the edge that the 8259 saw while masked
    wire = VirtualWire.throughLint0(machine, cpu);
    wire.unmask(IRQ);
    machine.expectNothing();
    wire.raise(IRQ);
    wire.serve(cpu, IRQ);
    wire.lower(IRQ);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
  }
}
