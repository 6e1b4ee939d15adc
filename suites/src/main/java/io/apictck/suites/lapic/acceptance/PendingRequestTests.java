package io.apictck.suites.lapic.acceptance;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.Vectors;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What an accepted request survives (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed
 * Interrupts").
 */
@Conformance
final class PendingRequestTests {
  private static final int VECTOR = 0x61;

  @InEachApicMode
  @Covers("LAPIC-ACC-010")
  void waitsForTheInterruptFlagAnyTime(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.sendSelfIpi(VECTOR);
    for (int i = 0; i < 10; i++) {
      machine.elapse(Duration.ofMillis(10));
      assertThat(lapic).requests(VECTOR).isServicingNothing();
    }
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ACC-010")
  void eachVectorIsDeliveredOnceWhenTheFlagIsSet(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          cpu.run(new Instruction.Cli(), SelfIpi.of(lapic, vector), new Instruction.Nop());
          machine.expectNothing();
          assertThat(lapic.irr()).as("IRR").isEqualTo(VectorSet.of(vector));
          cpu.sti();
          cpu.serve(vector);
          machine.expectNothing();
        });
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers({"LAPIC-ACC-010", "LAPIC-ACC-011"})
  void survivesChangesOfTaskPriority(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.setTpr(0xF0);
    lapic.sendSelfIpi(VECTOR);
    for (int tpr : new int[] {0x80, 0xF0, 0x60, 0x6F, 0xFF, 0x61}) {
      lapic.setTpr(tpr);
      assertThat(lapic).requests(VECTOR).isServicingNothing();
    }
    for (int cr8 : new int[] {6, 15, 8, 6}) {
      cpu.setCr8(cr8);
      assertThat(lapic).requests(VECTOR).isServicingNothing();
    }
    machine.expectNothing();
    lapic.setTpr(0);
    cpu.serve(VECTOR);
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Covers("LAPIC-ACC-011")
  void survivesTheMaskOfItsPin(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Pin pin = Pin.fromLast(machine, 0);
    pin.routeEdge(VECTOR, cpu);
    pin.pulse();
    assertThat(machine.settle(() -> lapic.irr().contains(VECTOR))).as("accepted").isTrue();
    pin.mask(true);
    assertThat(lapic).requests(VECTOR).isServicingNothing();
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    pin.release();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-ACC-011")
  void survivesTheMaskOfItsTimer(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1000);
    assertThat(machine.settle(() -> lapic.irr().contains(VECTOR))).as("accepted").isTrue();
    lapic.stopTimer();
    assertThat(lapic).requests(VECTOR).isServicingNothing();
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("LAPIC-ACC-011")
  void survivesTheMaskOfItsLocalPin(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT1, LvtEntry.fixed(VECTOR));
    cpu.pulse(LocalLine.LINT1);
    assertThat(machine.settle(() -> lapic.irr().contains(VECTOR))).as("accepted").isTrue();
    lapic.setLvt(LapicRegister.LVT_LINT1, LvtEntry.fixed(VECTOR).withMasked(true));
    lapic.setLvt(LapicRegister.LVT_LINT1, LvtEntry.RESET);
    assertThat(lapic).requests(VECTOR).isServicingNothing();
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers({"LAPIC-ACC-010", "LAPIC-ACC-011"})
  void survivesAnExternalInterruptThatComesAndGoes(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    machine.supplyVector(0x30);
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    lapic.sendSelfIpi(VECTOR);
    cpu.line(LocalLine.LINT0, true);
    machine.expectNothing();
    cpu.line(LocalLine.LINT0, false);
    machine.expectNothing();
    assertThat(lapic).requests(VECTOR).isServicingNothing();
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-ACC-013")
  void givesWayToAHigherOneThatCameAfterItWasSignalled(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.sendSelfIpi(0x40);
    machine.expectNothing();
    lapic.sendSelfIpi(0x70);
    assertThat(machine.settle(() -> lapic.irr().contains(0x70))).as("accepted").isTrue();
    assertThat(lapic).requests(0x40, 0x70).isServicingNothing();
    cpu.sti();
    cpu.takeInterrupt(0x70);
    assertThat(lapic).requests(0x40).isServicing(0x70);
    cpu.finishInterrupt();
    cpu.serve(0x40);
    assertThat(lapic).isIdle();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers("LAPIC-ACC-013")
  void givesWayToASelfIpiInTheShadowOfSti(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.sendSelfIpi(0x40);
    machine.expectNothing();
    // the manual has the SELF IPI register set IRR before the next instruction
    cpu.run(new Instruction.Sti(), new Instruction.Wrmsr(LapicRegister.SELF_IPI.msr(), 0x70));
    cpu.serve(0x70);
    cpu.serve(0x40);
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers({"LAPIC-ACC-003", "LAPIC-ACC-013"})
  void staysBehindRequestsThatComeWhileAnotherIsInService(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.sendSelfIpi(0x41);
    lapic.sendSelfIpi(0x51);
    cpu.sti();
    cpu.takeInterrupt(0x51);
    lapic.sendSelfIpi(0x61);
    assertThat(lapic).requests(0x41, 0x61).isServicing(0x51);
    cpu.finishInterrupt();
    cpu.serve(0x61);
    cpu.serve(0x41);
    assertThat(lapic).isIdle();
  }
}
