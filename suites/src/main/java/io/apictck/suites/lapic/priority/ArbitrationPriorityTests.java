package io.apictck.suites.lapic.priority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.Test;

/**
 * The arbitration priority register of the P6 family (Intel SDM Vol. 3A, "Lowest Priority Delivery
 * Mode").
 */
@Conformance
final class ArbitrationPriorityTests {
  @Test
  @Records
  @Covers("LAPIC-PRI-015")
  void recordsWhetherItFollowsTheFormula(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    record(machine, lapic);
    lapic.setTpr(0x35);
    record(machine, lapic);
    lapic.sendSelfIpi(0x31);
    record(machine, lapic);
    lapic.sendSelfIpi(0x61);
    cpu.takeInterrupt(0x61);
    record(machine, lapic);
    lapic.sendSelfIpi(0x72);
    record(machine, lapic);
    cpu.finishInterrupt();
    cpu.serve(0x72);
    lapic.setTpr(0);
    cpu.serve(0x31);
  }

  private static void record(Machine machine, LocalApic lapic) {
    LapicState before = LapicState.of(lapic);
    int apr = lapic.read(LapicRegister.APR);
    assertThat(LapicState.of(lapic)).as("state after reading APR").isEqualTo(before);
    machine.observe(
        "APR with TPR="
            + Hex.vector(before.tpr())
            + ", IRR="
            + before.irr()
            + ", ISR="
            + before.isr(),
        Hex.dword(apr) + (apr == formula(before) ? ", as the formula says" : ", not the formula"));
  }

  private static int formula(LapicState state) {
    int task = Vectors.classOf(state.tpr());
    int requested = Vectors.classOf(Math.max(state.irr().highest(), 0));
    int inService = Vectors.classOf(Math.max(state.isr().highest(), 0));
    return task >= requested && task > inService
        ? state.tpr()
        : Math.max(task, Math.max(requested, inService)) << 4;
  }
}
