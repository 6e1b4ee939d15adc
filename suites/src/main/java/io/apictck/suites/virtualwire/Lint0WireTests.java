package io.apictck.suites.virtualwire;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;

/**
 * The 8259 pair at LINT0 in ExtINT mode (MultiProcessor Specification, "Virtual Wire Mode"; Intel
 * SDM Vol. 3A, "Local Vector Table").
 */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES, isaLines = 1)
final class Lint0WireTests {
  private static final int IRQ = 1;
  private static final int SLAVE_IRQ = 12;
  private static final int LOCAL = 0x61;

  @InEachApicMode
  @Requires(isaLines = SLAVE_IRQ)
  @Covers("VW-A-001")
  void bothControllersGiveTheirVectors(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    wire.unmask(IRQ);
    wire.unmask(SLAVE_IRQ);
    cpu.sti();
    for (int irq : new int[] {IRQ, SLAVE_IRQ, IRQ}) {
      wire.raise(irq);
      wire.serve(cpu, irq);
      wire.lower(irq);
      machine.expectNothing();
      assertThat(wire.isr()).as("ISR of the pair").isZero();
    }
  }

  @InEachApicMode
  @Sweep
  @Covers("VW-A-001")
  void eachWireHasItsVector(Machine machine, Cpu cpu, Cases cases) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    cpu.sti();
    cases.each(
        VirtualWire.drivenIrqs(machine),
        irq -> {
          wire.unmask(irq);
          wire.raise(irq);
          wire.serve(cpu, irq);
          wire.lower(irq);
          machine.expectNothing();
          wire.maskAll();
          assertThat(wire.isr()).as("ISR of the pair").isZero();
        });
  }

  @InEachApicMode
  @Covers("VW-A-002")
  void theLocalApicHasNoPartInIt(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    LocalApic lapic = cpu.lapic();
    wire.unmask(IRQ);
    var before = RegisterDump.of(lapic);
    cpu.sti();
    for (int i = 0; i < 2; i++) {
      wire.raise(IRQ);
      cpu.takeInterrupt(VirtualWire.vector(IRQ));
      assertThat(RegisterDump.of(lapic)).as("registers in the handler").isEqualTo(before);
      assertThat(wire.isr()).as("ISR of the pair").isEqualTo(1 << IRQ);
      wire.lower(IRQ);
      wire.eoi(IRQ);
      cpu.iret();
      machine.expectNothing();
      assertThat(RegisterDump.of(lapic)).as("registers afterwards").isEqualTo(before);
    }
    assertThat(lapic).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Covers("VW-A-002")
  void anEoiOfTheLocalApicDoesNotEndIt(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    wire.unmask(IRQ);
    cpu.sti();
    wire.raise(IRQ);
    cpu.takeInterrupt(VirtualWire.vector(IRQ));
    cpu.lapic().eoi();
    wire.lower(IRQ);
    wire.raise(IRQ);
    cpu.iret();
    machine.expectNothing();
    assertThat(wire.isr()).as("ISR of the pair").isEqualTo(1 << IRQ);
    wire.eoi(IRQ);
    wire.serve(cpu, IRQ);
    wire.lower(IRQ);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("VW-A-003")
  void prioritiesOfTheLocalApicDoNotHoldItBack(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    LocalApic lapic = cpu.lapic();
    wire.unmask(IRQ);
    cpu.sti();
    lapic.sendSelfIpi(0xF0);
    cpu.takeInterrupt(0xF0);
    lapic.setTpr(0xFF);
    wire.raise(IRQ);
    machine.expectNothing();
    cpu.sti();
    cpu.takeInterrupt(VirtualWire.vector(IRQ));
    assertThat(lapic).isServicing(0xF0).requestsNothing().hasPpr(0xFF);
    wire.lower(IRQ);
    wire.eoi(IRQ);
    cpu.iret();
    lapic.setTpr(0);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("VW-A-004")
  void theMaskHoldsItBackAndTheRequestStays(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT0, VirtualWire.EXT_INT.withMasked(true));
    wire.unmask(IRQ);
    cpu.sti();
    wire.raise(IRQ);
    machine.expectNothing();
    assertThat(wire.irr()).as("IRR of the pair").isEqualTo(1 << IRQ);
    lapic.setLvt(LapicRegister.LVT_LINT0, VirtualWire.EXT_INT);
    wire.serve(cpu, IRQ);
    machine.expectNothing();
    wire.lower(IRQ);
    machine.expectNothing();
  }

  /** A request that nobody can see any more must not leave INTR behind. */
  @InEachApicMode
  @Covers("VW-A-004")
  void aRequestThatThe8259MasksIsWithdrawn(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    wire.unmask(IRQ);
    wire.raise(IRQ);
    wire.mask(IRQ);
    cpu.sti();
    machine.expectNothing();
    wire.unmask(IRQ);
    wire.serve(cpu, IRQ);
    wire.lower(IRQ);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("VW-A-004")
  void softwareDisableHoldsItBack(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    wire.unmask(IRQ);
    cpu.lapic().setEnabled(false);
    cpu.sti();
    wire.raise(IRQ);
    machine.expectNothing();
    cpu.lapic().setEnabled(true);
    // disabling set the mask bit, and enabling leaves it
    machine.expectNothing();
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, VirtualWire.EXT_INT);
    wire.serve(cpu, IRQ);
    wire.lower(IRQ);
    machine.expectNothing();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("VW-A-005")
  void onlyTheProcessorWithTheEntryTakesIt(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    for (Cpu target : new Cpu[] {cpu, other}) {
      Cpu bystander = target == cpu ? other : cpu;
      bystander.lapic().setLvt(LapicRegister.LVT_LINT0, VirtualWire.EXT_INT.withMasked(true));
      VirtualWire wire = VirtualWire.throughLint0(machine, target);
      wire.unmask(IRQ);
      cpu.cli();
      target.sti();
      bystander.sti();
      // as long as the target does not want it, nobody takes it
      target.cli();
      wire.raise(IRQ);
      machine.expectNothing();
      target.sti();
      wire.serve(target, IRQ);
      wire.lower(IRQ);
      Counter taken = target.onInterrupt(VirtualWire.vector(IRQ), wire.ending(IRQ));
      int rounds = machine.description().virtualTime() ? 100 : 20;
      for (int round = 1; round <= rounds; round++) {
        int expected = round;
        wire.raise(IRQ);
        machine.settle(() -> taken.count() >= expected);
        wire.lower(IRQ);
      }
      machine.expectNothing();
      assertThat(taken).as("interrupts on %s", target).hasCount(rounds);
      target.noHandler(VirtualWire.vector(IRQ));
    }
    assertThat(other.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("VW-A-008")
  void bothKindsArePendingTogether(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughLint0(machine, cpu);
    Counter external = cpu.onInterrupt(VirtualWire.vector(IRQ), wire.ending(IRQ));
    Counter local = cpu.countInterrupts(LOCAL);
    wire.unmask(IRQ);
    cpu.lapic().sendSelfIpi(LOCAL);
    wire.raise(IRQ);
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(LOCAL);
    assertThat(wire.requests(IRQ)).as("the pair requests it").isTrue();
    cpu.sti();
    machine.settle(() -> external.count() + local.count() >= 2);
    machine.expectNothing();
    assertThat(external).hasCount(1);
    assertThat(local).hasCount(1);
    wire.lower(IRQ);
    assertThat(cpu.lapic()).isIdle();
    assertThat(wire.isr()).as("ISR of the pair").isZero();
  }

  @InEachApicMode
  @Covers("VW-A-009")
  void withoutALocalApicThePairInterruptsAllTheSame(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.disconnected(machine);
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
    wire.unmask(IRQ);
    cpu.sti();
    cpu.lapic().disableGlobally();
    for (int i = 0; i < 3; i++) {
      wire.raise(IRQ);
      wire.serve(cpu, IRQ);
      wire.lower(IRQ);
      machine.expectNothing();
    }
    wire.maskAll();
    wire.raise(IRQ);
    machine.expectNothing();
    wire.lower(IRQ);
    cpu.lapic().enterXapic();
    assertThat(cpu.lapic()).isIdle();
  }
}
