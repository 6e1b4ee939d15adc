package io.apictck.suites.virtualwire;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import org.junit.jupiter.api.Test;

/** The interrupt mode configuration register (MultiProcessor Specification, "PIC Mode"). */
@Conformance
@Requires(
    value = {Feature.PIC, Feature.IMCR},
    stimuli = Stimulus.LINES,
    isaLines = 1)
final class ModeConfigurationTests {
  private static final int IRQ = 1;
  private static final int PIC_MODE = 0;
  private static final int APIC_MODE = 1;

  private static void request(VirtualWire wire, Cpu cpu) {
    wire.raise(IRQ);
    wire.serve(cpu, IRQ);
    wire.lower(IRQ);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("VW-IMCR-001")
  void picModePassesTheLocalApicBy(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.disconnected(machine);
    machine.cpu(1).lapic().setLvt(LapicRegister.LVT_LINT0, VirtualWire.EXT_INT);
    cpu.lapic().setTpr(0xFF);
    VirtualWire.setImcr(machine, PIC_MODE);
    wire.unmask(IRQ);
    cpu.sti();
    machine.cpu(1).sti();
    for (LvtEntry entry : new LvtEntry[] {LvtEntry.RESET, VirtualWire.EXT_INT}) {
      cpu.lapic().setLvt(LapicRegister.LVT_LINT0, entry);
      request(wire, cpu);
      machine.expectNothing();
    }
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("VW-IMCR-001")
  void apicModeAsksLint0(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.disconnected(machine);
    VirtualWire.setImcr(machine, APIC_MODE);
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
    wire.unmask(IRQ);
    cpu.sti();
    wire.raise(IRQ);
    machine.expectNothing();
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, VirtualWire.EXT_INT);
    wire.serve(cpu, IRQ);
    wire.lower(IRQ);
    machine.expectNothing();
  }

  /** A request that waits goes the way that is open when the register changes. */
  @InEachApicMode
  @Covers("VW-IMCR-001")
  void aSwitchMovesARequestThatWaits(Machine machine, Cpu cpu) {
    VirtualWire wire = VirtualWire.disconnected(machine);
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
    wire.unmask(IRQ);
    cpu.sti();
    wire.raise(IRQ);
    machine.expectNothing();
    VirtualWire.setImcr(machine, PIC_MODE);
    wire.serve(cpu, IRQ);
    wire.lower(IRQ);
    VirtualWire.setImcr(machine, APIC_MODE);
    wire.raise(IRQ);
    machine.expectNothing();
    wire.maskAll();
    wire.lower(IRQ);
  }

  @Test
  @OnMachine(powerOn = true)
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("VW-IMCR-001")
  void thePowerOnStateIsPicMode(Machine machine, Cpu cpu) {
    machine.masterPic().initialize(Pics.MASTER_BASE);
    machine.masterPic().setImr(0xFF & ~(1 << IRQ));
    cpu.sti();
    machine.isaLine(IRQ, true);
    cpu.takeInterrupt(VirtualWire.vector(IRQ));
    machine.isaLine(IRQ, false);
    machine.masterPic().eoi();
    cpu.iret();
    machine.expectNothing();
  }

  @Test
  @Records
  @Covers("VW-IMCR-001")
  void recordsWhatItReads(Machine machine) {
    for (int value : new int[] {APIC_MODE, PIC_MODE, APIC_MODE}) {
      VirtualWire.setImcr(machine, value);
      machine.observe("IMCR after " + value, VirtualWire.imcr(machine));
    }
  }
}
