package io.apictck.suites.lapic.eoi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.Test;

/**
 * What the EOI register does to ISR (Intel SDM Vol. 3A, "Signaling Interrupt Servicing
 * Completion").
 */
@Conformance
final class EndOfInterruptTests {
  @InEachApicMode
  @Covers("LAPIC-EOI-001")
  void clearsOnlyTheHighestInService(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x41);
    cpu.takeInterrupt(0x41);
    cpu.sti();
    lapic.sendSelfIpi(0x62);
    cpu.takeInterrupt(0x62);
    assertThat(lapic).isServicing(0x41, 0x62);
    lapic.eoi();
    assertThat(lapic).isServicing(0x41).hasPpr(0x40);
    cpu.iret();
    cpu.finishInterrupt();
    assertThat(lapic).isIdle().hasPpr(0);
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-001")
  void clearsOneAtATimeFromTheHighestDown(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    VectorSet inService = new VectorSet();
    for (int priority = 1; priority <= 15; priority++) {
      // low nibbles fall while the classes rise
      int vector = priority << 4 | 15 - priority;
      lapic.sendSelfIpi(vector);
      cpu.takeInterrupt(vector);
      cpu.sti();
      inService.add(vector);
    }
    assertThat(lapic.isr()).as("ISR").isEqualTo(inService);
    while (!inService.isEmpty()) {
      lapic.eoi();
      inService.remove(inService.highest());
      assertThat(lapic.isr()).as("ISR after EOI").isEqualTo(inService);
    }
    while (cpu.depth() > 0) {
      cpu.iret();
    }
    assertThat(lapic).isIdle().hasPpr(0);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-EOI-001")
  void clearsEachVectorAndNotTheOneBelow(Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x1F);
    cpu.takeInterrupt(0x1F);
    cpu.sti();
    cases.range(
        0x20,
        Vectors.LAST,
        vector -> {
          lapic.sendSelfIpi(vector);
          cpu.takeInterrupt(vector);
          lapic.eoi();
          LapicState state = LapicState.of(lapic);
          assertThat(state.isr()).as("ISR").isEqualTo(VectorSet.of(0x1F));
          assertThat(state.irr().isEmpty()).as("IRR is empty").isTrue();
          assertThat(state.ppr()).as("PPR").isEqualTo(0x10);
          cpu.iret();
        });
    cpu.finishInterrupt();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-002")
  void letsTheNextVectorInBeforeTheHandlerReturns(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x62);
    cpu.takeInterrupt(0x62);
    cpu.sti();
    lapic.sendSelfIpi(0x51);
    machine.expectNothing();
    assertThat(lapic).isServicing(0x62).requests(0x51);
    lapic.eoi();
    cpu.takeInterrupt(0x51);
    assertThat(cpu.depth()).as("handlers entered and not left").isEqualTo(2);
    assertThat(lapic).isServicing(0x51).requestsNothing();
    cpu.finishInterrupt();
    cpu.iret();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-EOI-002")
  void letsEachLowerVectorIn(Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          lapic.sendSelfIpi(Vectors.LAST);
          cpu.takeInterrupt(Vectors.LAST);
          cpu.sti();
          lapic.sendSelfIpi(vector);
          BlockRun run =
              cpu.start(lapic.endingInterrupt(), new Instruction.Nop(), new Instruction.Nop());
          InterruptFrame frame = cpu.takeInterrupt(vector);
          if (frame.interrupted().block() == run.block()) {
            assertThat(frame.interrupted().index()).as("next instruction").isPositive();
          }
          cpu.finishInterrupt();
          run.values();
          cpu.iret();
        });
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-003")
  void doesNothingWithoutAVectorInService(Machine machine, Cpu cpu) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    lapic.latchErrors();
    lapic.setTpr(0x25);
    lapic.sendSelfIpi(0x41);
    lapic.sendSelfIpi(Vectors.LAST);
    LapicState before = LapicState.of(lapic);
    lapic.eoi();
    lapic.eoi();
    machine.expectNothing();
    assertThat(LapicState.of(lapic)).as("state after EOI").isEqualTo(before);
    assertThat(lapic).hasNoErrors();
    lapic.setTpr(0);
    cpu.sti();
    // nothing is owed: later interrupts need their own EOI
    cpu.takeInterrupt(Vectors.LAST);
    assertThat(lapic).isServicing(Vectors.LAST).requests(0x41);
    cpu.finishInterrupt();
    cpu.takeInterrupt(0x41);
    assertThat(lapic).isServicing(0x41).requestsNothing();
    cpu.finishInterrupt();
    assertThat(lapic).isIdle().hasNoErrors();
  }

  @Test
  @Covers("LAPIC-EOI-006")
  void aWriteOfZeroCompletes(Cpu cpu) {
    cpu.sti();
    cpu.lapic().sendSelfIpi(0x41);
    cpu.takeInterrupt(0x41);
    cpu.lapic().write(LapicRegister.EOI, 0);
    assertThat(cpu.lapic()).isIdle().hasPpr(0);
    cpu.iret();
  }

  @Test
  @Records
  @Covers("LAPIC-EOI-006")
  void recordsWhatOtherValuesDo(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    for (int value : new int[] {1, 0x41, 0x31, -1}) {
      lapic.sendSelfIpi(0x31);
      cpu.takeInterrupt(0x31);
      cpu.sti();
      lapic.sendSelfIpi(0x41);
      cpu.takeInterrupt(0x41);
      lapic.write(LapicRegister.EOI, value);
      VectorSet inService = lapic.isr();
      machine.observe(
          "ISR, it was {31h, 41h}, after a write of " + Integer.toHexString(value) + "h to EOI",
          inService);
      for (int left = inService.size(); left > 0; left--) {
        lapic.eoi();
      }
      assertThat(lapic).isIdle().hasPpr(0);
      cpu.iret();
      cpu.iret();
    }
  }

  @Test
  @Covers("LAPIC-EOI-001")
  void readingTheRegisterEndsNothing(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x41);
    cpu.takeInterrupt(0x41);
    LapicState before = LapicState.of(lapic);
    lapic.read(LapicRegister.EOI);
    assertThat(LapicState.of(lapic)).as("state after reading EOI").isEqualTo(before);
    cpu.finishInterrupt();
    assertThat(lapic).isIdle();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers("LAPIC-EOI-001")
  void aRefusedAccessEndsNothing(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x41);
    cpu.takeInterrupt(0x41);
    LapicState before = LapicState.of(lapic);
    assertThat(cpu.attempt(new Instruction.Rdmsr(LapicRegister.EOI.msr())))
        .raisesGeneralProtection();
    assertThat(cpu.attempt(new Instruction.Wrmsr(LapicRegister.EOI.msr(), 0x41)))
        .raisesGeneralProtection();
    assertThat(LapicState.of(lapic)).as("state after the faults").isEqualTo(before);
    cpu.finishInterrupt();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-010")
  void doesNotReenterAHandlerThatRunsWithInterruptsDisabled(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x60);
    cpu.takeInterrupt(0x60);
    lapic.sendSelfIpi(0x60);
    lapic.eoi();
    machine.expectNothing();
    lapic.sendSelfIpi(0x60);
    machine.expectNothing();
    assertThat(cpu.depth()).as("handlers entered and not left").isEqualTo(1);
    assertThat(lapic).requests(0x60).isServicingNothing();
    cpu.iret();
    cpu.serve(0x60);
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-EOI-010")
  void eachVectorComesAgainOnlyAfterTheReturn(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          lapic.sendSelfIpi(vector);
          cpu.takeInterrupt(vector);
          lapic.sendSelfIpi(vector);
          cpu.run(lapic.endingInterrupt(), new Instruction.Nop());
          machine.expectNothing();
          cpu.iret();
          cpu.takeInterrupt(vector);
          assertThat(cpu.depth()).as("handlers entered and not left").isEqualTo(1);
          cpu.finishInterrupt();
        });
    assertThat(lapic).isIdle();
  }
}
