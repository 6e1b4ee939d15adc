package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.TimerDivide;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import io.apictck.suites.support.Startup;
import org.junit.jupiter.api.Test;

/**
 * Register values after power-up, RESET and INIT (Intel SDM Vol. 3A, "Local APIC State After
 * Power-Up or Reset" and "Local APIC State After an INIT Reset").
 */
@Conformance
final class ResetValueTests {
  private static final int IN_SERVICE = 0x41;
  private static final int PENDING = 0x61;
  private static final int LVT_VECTOR = 0x90;

  private static void assertReset(Cpu cpu) {
    assertThat(RegisterDump.of(cpu.lapic()))
        .as("registers of %s", cpu)
        .isEqualTo(RegisterDump.afterReset(cpu.lapic()));
  }

  /**
   * Gives every register that software or an interrupt can change another value than that of a
   * reset.
   */
  private static void disturb(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setSvr(SpuriousInterruptVector.RESET.withVector(0xEF).withEnabled(true));
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.sendSelfIpi(PENDING);
    lapic.send(InterruptCommand.fixed(0).withDestination(cpu.apicId()));
    lapic.latchErrors();
    lapic.setTpr(0x35);
    for (LapicRegister register : RegisterDump.readable(lapic)) {
      if (register.isLvt()) {
        lapic.setLvt(register, LvtEntry.fixed(LVT_VECTOR));
      }
    }
    if (lapic.mode() == ApicMode.XAPIC) {
      lapic.write(LapicRegister.LDR, 0x4200_0000);
      lapic.write(LapicRegister.DFR, 0x0FFF_FFFF);
      lapic.write(LapicRegister.ICR_HIGH, 0xA500_0000);
    }
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    lapic.write(LapicRegister.INITIAL_COUNT, 0x7FFF_FFFF);
    assertThat(lapic).isServicing(IN_SERVICE).requests(PENDING);
  }

  @Test
  @OnMachine(processors = 3, powerOn = true)
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("LAPIC-REG-001")
  void powerUp(Machine machine, Cpu bsp) {
    assertReset(bsp);
    for (Cpu cpu : machine.applicationProcessors()) {
      Startup.start(bsp, cpu);
      assertReset(cpu);
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("LAPIC-REG-001")
  void resetBringsThePowerUpValuesBack(Machine machine, Cpu bsp) {
    machine.cpus().forEach(ResetValueTests::disturb);
    machine.reset();
    assertReset(bsp);
    Startup.start(bsp, machine.cpu(1));
    assertReset(machine.cpu(1));
    // neither the pending interrupt nor the timer may be heard of again
    machine.cpus().forEach(Cpu::sti);
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(true));
    machine.expectNothing();
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle());
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-REG-002")
  void initGivesPowerUpValuesAndKeepsTheId(Machine machine, Cpu bsp) {
    Cpu cpu = machine.cpu(1);
    disturb(cpu);
    Startup.restart(bsp, cpu);
    assertReset(cpu);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-REG-002")
  void initForgetsInterruptsAndTheTimer(Machine machine, Cpu bsp) {
    Cpu cpu = machine.cpu(1);
    disturb(cpu);
    cpu.lapic().write(LapicRegister.INITIAL_COUNT, 100_000);
    Startup.restart(bsp, cpu);
    cpu.lapic().setEnabled(true);
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(LVT_VECTOR));
    cpu.sti();
    machine.expectNothing();
    assertThat(cpu.lapic().currentCount()).as("current count").isZero();
    assertThat(cpu.lapic()).isIdle().hasPpr(0).hasNoErrors();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-REG-002")
  void initForgetsErrorsThatNoOneLatched(Machine machine, Cpu bsp) {
    Cpu cpu = machine.cpu(1);
    cpu.lapic().send(InterruptCommand.fixed(0).withDestination(cpu.apicId()));
    Startup.restart(bsp, cpu);
    assertThat(cpu.lapic().latchErrors() & ErrorStatus.SEND_ILLEGAL_VECTOR)
        .as("ESR bit 5 after INIT and a write")
        .isZero();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-REG-002")
  void initOfOneProcessorLeavesTheOthersAlone(Machine machine, Cpu bsp) {
    bsp.lapic().setTpr(0x35);
    bsp.lapic().sendSelfIpi(PENDING);
    // the ICR holds the last IPI
    var before = RegisterDump.of(bsp.lapic(), LapicRegister.ICR, LapicRegister.ICR_HIGH);
    Startup.restart(bsp, machine.cpu(1));
    assertThat(RegisterDump.of(bsp.lapic(), LapicRegister.ICR, LapicRegister.ICR_HIGH))
        .isEqualTo(before);
    bsp.sti();
    bsp.serve(PENDING);
  }
}
