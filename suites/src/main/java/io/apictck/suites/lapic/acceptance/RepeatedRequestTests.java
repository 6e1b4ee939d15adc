package io.apictck.suites.lapic.acceptance;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.Vectors;

/**
 * Several requests of one vector (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed Interrupts").
 */
@Conformance
final class RepeatedRequestTests {
  @InEachApicMode
  @Covers("LAPIC-ACC-004")
  void oneMoreCanWaitWhileOneIsInService(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x60);
    cpu.takeInterrupt(0x60);
    for (int i = 0; i < 3; i++) {
      lapic.sendSelfIpi(0x60);
    }
    assertThat(lapic).isServicing(0x60).requests(0x60);
    cpu.finishInterrupt();
    cpu.takeInterrupt(0x60);
    assertThat(lapic).isServicing(0x60).requestsNothing();
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(lapic).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Covers("LAPIC-ACC-004")
  void requestsOfAPendingVectorCollapseWithoutAnError(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.latchErrors();
    lapic.sendSelfIpi(0x41);
    lapic.sendSelfIpi(0x41);
    // accept errors belong to the serial bus of old processors
    assertThat(lapic).requests(0x41).hasNoErrors();
    cpu.sti();
    cpu.serve(0x41);
    machine.expectNothing();
    assertThat(lapic).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ACC-004")
  void eachVectorWaitsOnceBesidesTheOneInService(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          lapic.sendSelfIpi(vector);
          cpu.takeInterrupt(vector);
          cpu.run(SelfIpi.of(lapic, vector), SelfIpi.of(lapic, vector));
          LapicState state = LapicState.of(lapic);
          assertThat(state.irr()).as("IRR").isEqualTo(VectorSet.of(vector));
          assertThat(state.isr()).as("ISR").isEqualTo(VectorSet.of(vector));
          cpu.finishInterrupt();
          cpu.serve(vector);
          machine.expectNothing();
        });
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Records
  @OnMachine(processors = 2)
  @Covers("LAPIC-ACC-005")
  void recordsHowManyOfABurstToABusyProcessorArrive(Machine machine) {
    Cpu target = machine.cpu(1);
    Counter taken = target.countInterrupts(0x60);
    for (int i = 0; i < 5; i++) {
      machine.cpu(0).lapic().sendIpi(target, 0x60);
    }
    machine.expectNothing();
    target.sti();
    machine.expectNothing();
    machine.observe(
        "deliveries of five IPIs of one vector to a processor with IF=0", taken.count());
    assertThat(taken.count()).as("deliveries").isBetween(1, 2);
    assertThat(target.lapic()).isIdle();
  }
}
