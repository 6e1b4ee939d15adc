package io.apictck.suites.lapic.acceptance;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Vectors;

/** From IRR to ISR (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed Interrupts"). */
@Conformance
final class DeliveryTests {
  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ACC-002")
  void movesEachVectorFromIrrToIsr(Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          lapic.sendSelfIpi(vector);
          LapicState before = LapicState.of(lapic);
          assertThat(before.irr()).as("IRR before").isEqualTo(VectorSet.of(vector));
          assertThat(before.isr().isEmpty()).as("ISR is empty before").isTrue();
          assertThat(before.ppr()).as("PPR before").isZero();
          cpu.sti();
          cpu.takeInterrupt(vector);
          LapicState inHandler = LapicState.of(lapic);
          assertThat(inHandler.irr().isEmpty()).as("IRR is empty in the handler").isTrue();
          assertThat(inHandler.isr()).as("ISR in the handler").isEqualTo(VectorSet.of(vector));
          assertThat(Vectors.classOf(inHandler.ppr()))
              .as("class of PPR")
              .isEqualTo(Vectors.classOf(vector));
          cpu.finishInterrupt();
          cpu.cli();
        });
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-ACC-003")
  void movesTheHighestOnly(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.sendSelfIpi(0x35);
    lapic.sendSelfIpi(0x75);
    lapic.sendSelfIpi(0x55);
    cpu.sti();
    cpu.takeInterrupt(0x75);
    assertThat(lapic).isServicing(0x75).requests(0x35, 0x55);
    cpu.finishInterrupt();
    cpu.takeInterrupt(0x55);
    assertThat(lapic).isServicing(0x55).requests(0x35);
    cpu.finishInterrupt();
    cpu.takeInterrupt(0x35);
    assertThat(lapic).isServicing(0x35).requestsNothing();
    cpu.finishInterrupt();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-ACC-003")
  void movesTheHighestOfAll(Cpu cpu) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    for (int vector = Vectors.FIRST; vector <= Vectors.LAST; vector++) {
      lapic.sendSelfIpi(vector);
    }
    cpu.sti();
    for (int vector = Vectors.LAST; vector >= Vectors.FIRST; vector--) {
      cpu.takeInterrupt(vector);
      LapicState state = LapicState.of(lapic);
      assertThat(state.isr()).as("ISR").isEqualTo(VectorSet.of(vector));
      assertThat(state.irr()).as("IRR").isEqualTo(Vectors.range(Vectors.FIRST, vector - 1));
      cpu.finishInterrupt();
    }
  }
}
