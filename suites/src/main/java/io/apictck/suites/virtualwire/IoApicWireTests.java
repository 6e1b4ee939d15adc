package io.apictck.suites.virtualwire;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import java.util.ArrayList;
import java.util.List;

/**
 * The 8259 pair at input 0 of the I/O APIC (MultiProcessor Specification, "Virtual Wire Mode";
 * 82093AA data sheet, "I/O Redirection Table Registers").
 */
@Conformance
@Requires(
    value = {Feature.PIC, Feature.IO_APIC, Feature.INTR_AT_IO_APIC},
    stimuli = Stimulus.LINES,
    isaLines = 1)
final class IoApicWireTests {
  private static final int IRQ = 1;
  private static final int SLAVE_IRQ = 12;
  private static final int SPURIOUS = VirtualWire.vector(7);

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(isaLines = SLAVE_IRQ)
  @Covers("VW-B-001")
  void theDestinationTakesTheVectorsOfThePair(Machine machine, Cpu cpu) {
    cpu.sti();
    machine.cpu(1).sti();
    for (Cpu target : new Cpu[] {cpu, machine.cpu(1)}) {
      VirtualWire wire = VirtualWire.throughIoApic(machine, target);
      wire.unmask(IRQ);
      wire.unmask(SLAVE_IRQ);
      for (int irq : new int[] {IRQ, SLAVE_IRQ, IRQ}) {
        wire.raise(irq);
        wire.serve(target, irq);
        wire.lower(irq);
        machine.expectNothing();
      }
      assertThat(wire.isr()).as("ISR of the pair").isZero();
    }
  }

  @InEachApicMode
  @Requires(isaLines = SLAVE_IRQ)
  @Covers("VW-B-001")
  void requestsThatWaitTogetherAreAllDelivered(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughIoApic(machine, cpu);
    Counter first = cpu.onInterrupt(VirtualWire.vector(IRQ), wire.ending(IRQ));
    Counter second = cpu.onInterrupt(VirtualWire.vector(SLAVE_IRQ), wire.ending(SLAVE_IRQ));
    wire.unmask(IRQ);
    wire.unmask(SLAVE_IRQ);
    wire.raise(SLAVE_IRQ);
    wire.raise(IRQ);
    cpu.sti();
    machine.settle(() -> first.count() + second.count() >= 2);
    machine.expectNothing();
    assertThat(first).hasCount(1);
    assertThat(second).hasCount(1);
    wire.lower(IRQ);
    wire.lower(SLAVE_IRQ);
    assertThat(wire.isr()).as("ISR of the pair").isZero();
  }

  @InEachApicMode
  @Covers("VW-B-002")
  void theLocalApicHasNoPartInIt(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughIoApic(machine, cpu);
    wire.unmask(IRQ);
    var before = RegisterDump.of(cpu.lapic());
    cpu.sti();
    for (int i = 0; i < 3; i++) {
      wire.raise(IRQ);
      cpu.takeInterrupt(VirtualWire.vector(IRQ));
      assertThat(RegisterDump.of(cpu.lapic())).as("registers in the handler").isEqualTo(before);
      assertThat(machine.ioApic().entry(0).remoteIrr()).as("remote IRR of input 0").isFalse();
      wire.lower(IRQ);
      wire.eoi(IRQ);
      cpu.iret();
      machine.expectNothing();
    }
    assertThat(RegisterDump.of(cpu.lapic())).as("registers afterwards").isEqualTo(before);
  }

  @InEachApicMode
  @Records
  @Covers("VW-B-002")
  void theMaskHoldsItBackAndTheRequestStays(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughIoApic(machine, cpu);
    Counter taken = cpu.onInterrupt(VirtualWire.vector(IRQ), wire.ending(IRQ));
    wire.unmask(IRQ);
    machine.ioApic().setEntry(0, VirtualWire.extInt(cpu).withMasked(true));
    cpu.sti();
    wire.raise(IRQ);
    machine.expectNothing();
    assertThat(taken).hasCount(0);
    assertThat(wire.requests(IRQ)).as("the pair requests it").isTrue();
    machine.ioApic().setEntry(0, VirtualWire.extInt(cpu));
    machine.expectNothing();
    machine.observe("interrupts when input 0 is unmasked while INTR is active", taken.count());
    // INTR falls and rises
    int before = taken.count();
    wire.mask(IRQ);
    wire.lower(IRQ);
    wire.unmask(IRQ);
    wire.raise(IRQ);
    machine.settle(() -> taken.count() > before);
    machine.expectNothing();
    assertThat(taken).hasCount(before + 1);
    wire.lower(IRQ);
    assertThat(wire.isr()).as("ISR of the pair").isZero();
  }

  @InEachApicMode
  @Records
  @Requires(virtualTime = true)
  @Covers("VW-B-003")
  void bothWaysAtOnceShowEachRequestOnce(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.throughIoApic(machine, cpu);
    List<Integer> vectors = new ArrayList<>();
    cpu.onInterrupt(VirtualWire.vector(IRQ), (self, frame) -> log(vectors, wire, self, frame));
    cpu.onInterrupt(SPURIOUS, (self, frame) -> log(vectors, wire, self, frame));
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, VirtualWire.EXT_INT);
    wire.unmask(IRQ);
    cpu.sti();
    for (int i = 0; i < 4; i++) {
      vectors.clear();
      wire.raise(IRQ);
      machine.expectNothing();
      wire.lower(IRQ);
      machine.expectNothing();
      machine.observe("vectors of request " + i, vectors);
      assertThat(vectors.stream().filter(vector -> vector == VirtualWire.vector(IRQ)))
          .as("deliveries of the request")
          .hasSize(1);
      assertThat(vectors.size()).as("acknowledge cycles").isLessThanOrEqualTo(2);
    }
    assertThat(wire.isr()).as("ISR of the pair").isZero();
  }

  private static void log(List<Integer> vectors, VirtualWire wire, Cpu cpu, InterruptFrame frame) {
    vectors.add(frame.vector());
    if (frame.vector() != SPURIOUS) {
      wire.eoi(IRQ);
    }
    cpu.iret();
  }
}
