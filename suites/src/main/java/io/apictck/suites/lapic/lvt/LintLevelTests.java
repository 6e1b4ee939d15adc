package io.apictck.suites.lapic.lvt;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;

/** LINT0 in Fixed mode, level-triggered (Intel SDM Vol. 3A, "Local Vector Table"). */
@Conformance
@Requires(stimuli = Stimulus.LINT_PINS)
final class LintLevelTests {
  private static final int VECTOR = 0x73;
  private static final int OTHER_VECTOR = 0x93;
  private static final LvtEntry LEVEL = LvtEntry.fixed(VECTOR).withLevel(true);

  private static void verifyAccepted(Cpu cpu) {
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_LINT0))
        .as("LINT0 while its interrupt is accepted and not ended")
        .isEqualTo(LEVEL.withRemoteIrr(true));
    assertThat(cpu.lapic()).hasTriggerMode(VECTOR, true);
  }

  /** Takes the interrupt and comes back with the processor in its handler. */
  private static void verifyInService(Cpu cpu) {
    cpu.takeInterrupt(VECTOR);
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing().hasTriggerMode(VECTOR, true);
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_LINT0).remoteIrr()).as("remote IRR").isTrue();
  }

  @InEachApicMode
  @Covers("LAPIC-LVT-007")
  void levelInterruptsAgainWhileThePinIsActive(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT0, LEVEL);
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0)).as("LINT0 while idle").isEqualTo(LEVEL);
    cpu.line(LocalLine.LINT0, true);
    machine.settle(() -> !lapic.irr().isEmpty());
    verifyAccepted(cpu);
    cpu.sti();
    for (int i = 0; i < 3; i++) {
      verifyInService(cpu);
      cpu.lapic().eoi();
      machine.settle(() -> !lapic.irr().isEmpty());
      verifyAccepted(cpu);
      cpu.iret();
    }
    verifyInService(cpu);
    cpu.line(LocalLine.LINT0, false);
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0).remoteIrr()).as("remote IRR before EOI").isTrue();
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(lapic).isIdle();
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0)).as("LINT0 after EOI").isEqualTo(LEVEL);
  }

  @InEachApicMode
  @Covers("LAPIC-LVT-007")
  void levelRequestStaysWhenThePinDrops(Machine machine, Cpu cpu) {
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LEVEL);
    cpu.pulse(LocalLine.LINT0);
    machine.expectNothing();
    verifyAccepted(cpu);
    // no second request while one is in flight
    cpu.pulse(LocalLine.LINT0);
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_LINT0)).as("LINT0 after EOI").isEqualTo(LEVEL);
  }

  @InEachApicMode
  @Covers("LAPIC-LVT-007")
  void onlyItsOwnEoiClearsRemoteIrr(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT0, LEVEL);
    cpu.line(LocalLine.LINT0, true);
    cpu.sti();
    verifyInService(cpu);
    cpu.line(LocalLine.LINT0, false);
    cpu.sti();
    lapic.sendSelfIpi(OTHER_VECTOR);
    cpu.serve(OTHER_VECTOR);
    assertThat(lapic).isServicing(VECTOR);
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0)).as("LINT0").isEqualTo(LEVEL.withRemoteIrr(true));
    cpu.finishInterrupt();
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0)).as("LINT0 after its EOI").isEqualTo(LEVEL);
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Covers("LAPIC-LVT-007")
  void levelInterruptOfAnotherSourceDoesNotClearRemoteIrr(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Pin input = Pin.fromLast(machine, 0);
    input.routeLevel(OTHER_VECTOR, cpu);
    lapic.setLvt(LapicRegister.LVT_LINT0, LEVEL);
    cpu.line(LocalLine.LINT0, true);
    cpu.sti();
    verifyInService(cpu);
    cpu.sti();
    input.raise();
    cpu.takeInterrupt(OTHER_VECTOR);
    assertThat(lapic).hasTriggerMode(OTHER_VECTOR, true);
    input.lower();
    cpu.finishInterrupt();
    assertThat(lapic).isServicing(VECTOR).requestsNothing();
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0)).as("LINT0").isEqualTo(LEVEL.withRemoteIrr(true));
    cpu.line(LocalLine.LINT0, false);
    cpu.finishInterrupt();
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0)).as("LINT0 after its EOI").isEqualTo(LEVEL);
    input.release();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers({"LAPIC-LVT-002", "LAPIC-LVT-007"})
  void remoteIrrCannotBeClearedByAWrite(Machine machine, Cpu cpu) {
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LEVEL);
    cpu.line(LocalLine.LINT0, true);
    machine.settle(() -> !cpu.lapic().irr().isEmpty());
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LEVEL);
    verifyAccepted(cpu);
    cpu.sti();
    verifyInService(cpu);
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LEVEL);
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    cpu.line(LocalLine.LINT0, false);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_LINT0)).as("LINT0 after EOI").isEqualTo(LEVEL);
  }

  @InEachApicMode
  @Covers({"LAPIC-LVT-005", "LAPIC-LVT-007"})
  void maskedLevelWaitsForTheMask(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT0, LEVEL.withMasked(true));
    cpu.sti();
    cpu.line(LocalLine.LINT0, true);
    machine.expectNothing();
    assertThat(lapic).isIdle();
    lapic.setLvt(LapicRegister.LVT_LINT0, LEVEL);
    verifyInService(cpu);
    lapic.setLvt(LapicRegister.LVT_LINT0, LEVEL.withMasked(true));
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(lapic).isIdle();
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0)).as("LINT0").isEqualTo(LEVEL.withMasked(true));
    cpu.line(LocalLine.LINT0, false);
    lapic.setLvt(LapicRegister.LVT_LINT0, LEVEL);
    machine.expectNothing();
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-LVT-008")
  void recordsLevelOnLint1(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT1, LEVEL);
    machine.observe("LINT1 keeps the trigger mode", lapic.lvt(LapicRegister.LVT_LINT1).level());
    cpu.line(LocalLine.LINT1, true);
    machine.settle(() -> !lapic.irr().isEmpty());
    machine.observe("requests", lapic.irr());
    machine.observe("TMR", lapic.tmr());
    machine.observe("remote IRR", lapic.lvt(LapicRegister.LVT_LINT1).remoteIrr());
    cpu.sti();
    // an active level may interrupt for ever
    int taken = 0;
    while (taken < 3 && machine.settle(cpu::hasUntakenInterrupt)) {
      cpu.serve(VECTOR);
      taken++;
    }
    machine.observe("interrupts while the pin is high, three at most", taken);
    cpu.countInterrupts(VECTOR);
    cpu.line(LocalLine.LINT1, false);
    machine.expectNothing();
    lapic.setLvt(LapicRegister.LVT_LINT1, LvtEntry.RESET);
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-LVT-013")
  void activeLowLevelIsLow(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.line(LocalLine.LINT0, true);
    lapic.setLvt(LapicRegister.LVT_LINT0, LEVEL.withActiveLow(true));
    cpu.sti();
    machine.expectNothing();
    cpu.line(LocalLine.LINT0, false);
    for (int i = 0; i < 2; i++) {
      verifyInService(cpu);
      cpu.finishInterrupt();
    }
    verifyInService(cpu);
    cpu.line(LocalLine.LINT0, true);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(lapic).isIdle();
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
    cpu.line(LocalLine.LINT0, false);
  }
}
