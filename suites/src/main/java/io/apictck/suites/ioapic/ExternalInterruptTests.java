package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.BeforeEach;

/**
 * ExtINT entries: the 8259 pair behind input 0 supplies the vector (82093AA data sheet, "I/O
 * Redirection Table Registers"; MP Specification, "Virtual Wire Mode").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(
    value = {Feature.IO_APIC, Feature.PIC, Feature.INTR_AT_IO_APIC},
    stimuli = Stimulus.LINES,
    isaLines = {1, 3})
final class ExternalInterruptTests {
  private static final int BASE = 0x30;
  private static final int SELECT_IMCR = 0x22;
  private static final int IMCR = 0x70;
  private static final int APIC_MODE = 1;
  private static final int ENTRY_VECTOR = 0x77;

  private IoApic ioApic;

  @BeforeEach
  void initializePics(Machine machine, Cpu cpu) {
    ioApic = machine.ioApic();
    if (machine.features().has(Feature.IMCR)) {
      cpu.out8(SELECT_IMCR, IMCR);
      cpu.out8(SELECT_IMCR + 1, APIC_MODE);
    }
    machine.masterPic().initialize(BASE);
    machine.masterPic().setImr(0xFF & ~(1 << 1 | 1 << 3));
  }

  private static RedirectionEntry external(Cpu target) {
    return RedirectionEntry.fixed(ENTRY_VECTOR, target.apicId())
        .withDeliveryMode(DeliveryMode.EXT_INT);
  }

  private static void serve(Machine machine, Cpu target, int irq) {
    target.takeInterrupt(BASE + irq);
    assertThat(target.lapic()).isIdle();
    machine.isaLine(irq, false);
    machine.masterPic().eoi();
    target.iret();
  }

  @InEachApicMode
  @Covers("IOA-DLV-009")
  void theVectorIsThatOfThe8259AndTheLocalApicIsPassedBy(Machine machine) {
    for (Cpu target : machine.cpus().subList(0, 2)) {
      ioApic.setEntry(0, external(target));
      target.sti();
      for (int irq : new int[] {1, 3, 1}) {
        machine.isaLine(irq, true);
        serve(machine, target, irq);
        machine.expectNothing();
      }
      target.cli();
    }
    assertThat(ioApic.entry(0).remoteIrr()).as("remote IRR").isFalse();
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle().hasNoErrors());
    ioApic.setEntry(0, RedirectionEntry.RESET);
  }

  @InEachApicMode
  @Covers("IOA-DLV-009")
  void whatThe8259RequestsNextFollowsItsEnd(Machine machine, Cpu cpu) {
    ioApic.setEntry(0, external(cpu));
    machine.isaLine(3, true);
    machine.isaLine(1, true);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    cpu.sti();
    serve(machine, cpu, 1);
    serve(machine, cpu, 3);
    machine.expectNothing();
    ioApic.setEntry(0, RedirectionEntry.RESET);
  }

  @InEachApicMode
  @Covers("IOA-DLV-009")
  void aMaskedEntryHoldsThe8259Off(Machine machine, Cpu cpu) {
    ioApic.setEntry(0, external(cpu).withMasked(true));
    cpu.sti();
    machine.isaLine(1, true);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    machine.isaLine(1, false);
    machine.masterPic().setImr(0xFF);
  }

  @InEachApicMode
  @Records
  @Covers("IOA-DLV-009")
  void unmaskingWhileThe8259Requests(Machine machine, Cpu cpu) {
    ioApic.setEntry(0, external(cpu).withMasked(true));
    machine.isaLine(1, true);
    Counter taken =
        cpu.onInterrupt(
            BASE + 1,
            (each, frame) -> {
              machine.isaLine(1, false);
              machine.masterPic().eoi();
              each.iret();
            });
    cpu.sti();
    ioApic.setEntry(0, external(cpu));
    machine.expectNothing();
    machine.observe("interrupts at the unmasking", taken.count());
    assertThat(cpu.lapic()).isIdle();
    machine.isaLine(1, false);
    ioApic.setEntry(0, RedirectionEntry.RESET);
  }
}
