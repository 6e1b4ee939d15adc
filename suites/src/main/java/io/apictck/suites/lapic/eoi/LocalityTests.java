package io.apictck.suites.lapic.eoi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Vectors;
import java.util.function.BiConsumer;

/**
 * An EOI concerns the processor that writes it (Intel SDM Vol. 3A, "Signaling Interrupt Servicing
 * Completion").
 */
@Conformance
@OnMachine(processors = 2)
final class LocalityTests {
  @InEachApicMode
  @Sweep
  @Covers("LAPIC-EOI-008")
  void leavesTheSameVectorInServiceElsewhere(Machine machine, Cases cases) {
    verify(machine, cases, (cpu, vector) -> cpu.lapic().sendSelfIpi(vector));
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-EOI-008")
  void leavesTheSameLevelInServiceElsewhere(Machine machine, Cases cases) {
    verify(machine, cases, Messages::level);
  }

  private static void verify(Machine machine, Cases cases, BiConsumer<Cpu, Integer> request) {
    Vectors.makeAllOrdinary(machine.cpu(0).lapic());
    Vectors.makeAllOrdinary(machine.cpu(1).lapic());
    Cpu ending = machine.cpu(0);
    Cpu other = machine.cpu(1);
    ending.sti();
    other.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          request.accept(ending, vector);
          ending.takeInterrupt(vector);
          request.accept(other, vector);
          other.takeInterrupt(vector);
          LapicState before = LapicState.of(other.lapic());
          ending.finishInterrupt();
          assertThat(ending.lapic()).isIdle();
          assertThat(LapicState.of(other.lapic())).as("state of the other").isEqualTo(before);
          // one EOI too many does not help itself elsewhere
          ending.lapic().eoi();
          assertThat(LapicState.of(other.lapic())).as("state of the other").isEqualTo(before);
          other.finishInterrupt();
          assertThat(other.lapic()).isIdle();
        });
  }
}
