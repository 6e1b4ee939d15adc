package io.apictck.suites.lapic.acceptance;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Vectors;
import java.util.function.IntConsumer;

/** From the message to IRR (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed Interrupts"). */
@Conformance
final class AcceptanceTests {
  @InEachApicMode
  @Covers("LAPIC-ACC-001")
  void setsOneBitWhateverIfAndPriority(Machine machine, Cpu cpu) {
    cpu.lapic().setTpr(0xFF);
    cpu.lapic().sendSelfIpi(0x60);
    assertThat(cpu.lapic()).requests(0x60).isServicingNothing().hasPpr(0xFF);
    cpu.sti();
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(0x60).isServicingNothing().hasPpr(0xFF);
    cpu.lapic().setTpr(0);
    cpu.serve(0x60);
  }

  @InEachApicMode
  @Covers("LAPIC-ACC-001")
  void worksInAHandlerOfTheHighestVector(Machine machine, Cpu cpu) {
    Vectors.makeAllOrdinary(cpu.lapic());
    cpu.sti();
    cpu.lapic().sendSelfIpi(Vectors.LAST);
    cpu.takeInterrupt(Vectors.LAST);
    cpu.lapic().sendSelfIpi(Vectors.FIRST);
    cpu.sti();
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(Vectors.FIRST).isServicing(Vectors.LAST).hasPpr(0xF0);
    cpu.cli();
    cpu.finishInterrupt();
    cpu.serve(Vectors.FIRST);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ACC-001")
  void setsTheBitOfEachVectorAndNoOther(Machine machine, Cpu cpu, Cases cases) {
    verifyEachVector(machine, cpu, cases, cpu.lapic()::sendSelfIpi);
  }

  @InEachApicMode
  @Sweep
  @OnMachine(processors = 2)
  @Covers("LAPIC-ACC-001")
  void setsTheBitOfEachVectorOfAnotherProcessor(Machine machine, Cases cases) {
    Cpu target = machine.cpu(1);
    verifyEachVector(
        machine, target, cases, vector -> machine.cpu(0).lapic().sendIpi(target, vector));
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ACC-001")
  void setsTheBitOfEachVectorOfAMessage(Machine machine, Cpu cpu, Cases cases) {
    verifyEachVector(machine, cpu, cases, vector -> Messages.edge(cpu, vector));
  }

  private static void verifyEachVector(Machine machine, Cpu cpu, Cases cases, IntConsumer request) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    lapic.setTpr(0xFF);
    VectorSet requested = new VectorSet();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          request.accept(vector);
          requested.add(vector);
          machine.settle(() -> lapic.irr().contains(vector));
          LapicState state = LapicState.of(lapic);
          assertThat(state.irr()).as("IRR").isEqualTo(requested);
          assertThat(state.isr().isEmpty() && state.tmr().isEmpty())
              .as("ISR and TMR are empty")
              .isTrue();
          assertThat(state.ppr()).as("PPR").isEqualTo(0xFF);
        });
    cpu.sti();
    lapic.setTpr(0);
    for (int vector = Vectors.LAST; vector >= Vectors.FIRST; vector--) {
      if (requested.contains(vector)) {
        cpu.serve(vector);
      }
    }
    assertThat(lapic).isIdle();
  }
}
