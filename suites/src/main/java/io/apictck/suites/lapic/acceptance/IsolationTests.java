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
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Vectors;
import java.util.List;
import java.util.function.IntConsumer;

/** A message to one processor concerns no other. */
@Conformance
@OnMachine(processors = 3)
final class IsolationTests {
  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ACC-012")
  void anIpiReachesItsTargetOnly(Machine machine, Cases cases) {
    for (Cpu target : machine.cpus().subList(0, 3)) {
      verify(
          machine, target, cases, vector -> machine.cpu(0).lapic().sendIpi(target, vector), false);
    }
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ACC-012")
  void aMessageReachesItsTargetOnly(Machine machine, Cases cases) {
    for (Cpu target : machine.cpus().subList(0, 3)) {
      verify(machine, target, cases, vector -> Messages.level(target, vector), true);
    }
  }

  private static void verify(
      Machine machine, Cpu target, Cases cases, IntConsumer request, boolean level) {
    Vectors.makeAllOrdinary(target.lapic());
    List<Cpu> others = machine.cpus().subList(0, 3).stream().filter(cpu -> cpu != target).toList();
    others.forEach(cpu -> cpu.lapic().setTpr(0x20 + cpu.index()));
    List<LapicState> before = others.stream().map(cpu -> LapicState.of(cpu.lapic())).toList();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          request.accept(vector);
          machine.settle(() -> target.lapic().irr().contains(vector));
          LapicState state = LapicState.of(target.lapic());
          assertThat(state.irr()).as("IRR of the target").isEqualTo(VectorSet.of(vector));
          assertThat(state.tmr().contains(vector)).as("TMR bit of the target").isEqualTo(level);
          for (int i = 0; i < others.size(); i++) {
            Cpu other = others.get(i);
            assertThat(LapicState.of(other.lapic()))
                .as("state of %s", other)
                .isEqualTo(before.get(i));
          }
          target.sti();
          target.takeInterrupt(vector);
          for (int i = 0; i < others.size(); i++) {
            Cpu other = others.get(i);
            assertThat(LapicState.of(other.lapic()))
                .as("state of %s", other)
                .isEqualTo(before.get(i));
          }
          target.finishInterrupt();
          target.cli();
        });
    others.forEach(cpu -> cpu.lapic().setTpr(0));
  }
}
