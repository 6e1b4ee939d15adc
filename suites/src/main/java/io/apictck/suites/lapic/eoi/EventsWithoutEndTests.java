package io.apictck.suites.lapic.eoi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Startup;

/** Events that set no ISR bit (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed Interrupts"). */
@Conformance
final class EventsWithoutEndTests {
  private static final int VECTOR = 0x41;
  private static final int SUPPLIED = 0x81;

  private static LapicState inHandler(Cpu cpu) {
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    cpu.lapic().sendSelfIpi(0x31);
    return LapicState.of(cpu.lapic());
  }

  private static void verifyAndFinish(Cpu cpu, LapicState before) {
    assertThat(LapicState.of(cpu.lapic())).as("state after the event").isEqualTo(before);
    cpu.finishInterrupt();
    cpu.serve(0x31);
    assertThat(cpu.lapic()).isIdle().hasPpr(0);
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-007")
  void nmi(Cpu cpu) {
    LapicState before = inHandler(cpu);
    cpu.lapic().send(InterruptCommand.of(DeliveryMode.NMI, 0x7F).withDestination(cpu.apicId()));
    cpu.takeNmi();
    assertThat(LapicState.of(cpu.lapic())).as("state in the NMI handler").isEqualTo(before);
    cpu.iret();
    verifyAndFinish(cpu, before);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.SMI)
  @Covers("LAPIC-EOI-007")
  void smi(Cpu cpu) {
    LapicState before = inHandler(cpu);
    cpu.pulse(LocalLine.SMI);
    cpu.takeSmi();
    assertThat(LapicState.of(cpu.lapic())).as("state in the SMI handler").isEqualTo(before);
    cpu.iret();
    verifyAndFinish(cpu, before);
  }

  @InEachApicMode
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("LAPIC-EOI-007")
  void externalInterrupt(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    machine.supplyVector(SUPPLIED);
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    LapicState before = inHandler(cpu);
    cpu.line(LocalLine.LINT0, true);
    cpu.sti();
    cpu.takeInterrupt(SUPPLIED);
    cpu.line(LocalLine.LINT0, false);
    assertThat(LapicState.of(lapic)).as("state in the handler").isEqualTo(before);
    cpu.iret();
    cpu.cli();
    verifyAndFinish(cpu, before);
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
  }

  @InEachApicMode
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("LAPIC-EOI-007")
  void externalInterruptWithTheVectorInService(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    machine.supplyVector(VECTOR);
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    LapicState before = inHandler(cpu);
    cpu.line(LocalLine.LINT0, true);
    cpu.sti();
    cpu.takeInterrupt(VECTOR);
    cpu.line(LocalLine.LINT0, false);
    assertThat(LapicState.of(lapic)).as("state in the handler").isEqualTo(before);
    cpu.iret();
    cpu.cli();
    verifyAndFinish(cpu, before);
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
  }

  /** INIT empties ISR with all else; the start-up after it puts nothing there. */
  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-EOI-007")
  void initAndStartUp(Machine machine) {
    Cpu target = machine.cpu(1);
    Startup.restart(machine.cpu(0), target);
    assertThat(target.lapic()).isIdle().hasPpr(0);
    assertThat(machine.cpu(0).lapic()).isIdle();
  }
}
