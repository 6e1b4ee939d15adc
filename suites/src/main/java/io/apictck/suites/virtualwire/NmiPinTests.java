package io.apictck.suites.virtualwire;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
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
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/** LINT1 carries NMI in virtual wire mode (MultiProcessor Specification, "Virtual Wire Mode"). */
@Conformance
final class NmiPinTests {
  private static final LvtEntry NMI = LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.NMI);

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("VW-A-007")
  void isAnNmiOnItsProcessor(Machine machine, Cpu cpu) {
    for (Cpu target : new Cpu[] {cpu, machine.cpu(1)}) {
      target.line(LocalLine.LINT1, false);
      target.lapic().setLvt(LapicRegister.LVT_LINT1, NMI);
      for (int i = 0; i < 2; i++) {
        target.line(LocalLine.LINT1, true);
        target.takeNmi();
        target.line(LocalLine.LINT1, false);
        target.iret();
        machine.expectNothing();
      }
      assertThat(target.lapic()).isIdle();
    }
  }

  @Test
  @Records
  @OnMachine(powerOn = true)
  @Covers("VW-A-007")
  void recordsWhatFirmwareLeftInTheEntries(Machine machine, Cpu cpu) {
    machine.observe("LINT0", cpu.lapic().lvt(LapicRegister.LVT_LINT0));
    machine.observe("LINT1", cpu.lapic().lvt(LapicRegister.LVT_LINT1));
  }
}
