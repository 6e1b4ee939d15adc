package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/** A chain of deadlines, each set by the handler of the last (tscdeadline_latency.c). */
@Conformance
@Requires(Feature.TSC_DEADLINE)
final class DeadlineLatencyTests {
  private static final int VECTOR = 0xEF;
  private static final int DELTA = 200_000;

  @InEachApicMode
  @Covers({"LAPIC-TSCD-001", "LAPIC-REG-006"})
  @Ports("KUT-TSCDL-001")
  void noneIsEarlyAndNoneIsLost(Machine machine, Cpu cpu) {
    assertThat(cpu.lapic().version().raw() & 0xFF).as("version").isBetween(0x10, 0x15);
    int links = machine.description().virtualTime() ? 1000 : 20;
    List<Long> latencies = new ArrayList<>();
    long[] deadline = {0};
    cpu.onInterrupt(
        VECTOR,
        (self, frame) -> {
          latencies.add(self.rdtsc() - deadline[0]);
          if (latencies.size() < links) {
            arm(self, deadline);
          }
          self.finishInterrupt();
        });
    cpu.lapic()
        .setLvt(
            LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(TimerMode.TSC_DEADLINE));
    cpu.run(new Instruction.Mfence(), new Instruction.Sti());
    arm(cpu, deadline);
    int last = -1;
    while (latencies.size() < links && latencies.size() != last) {
      int before = latencies.size();
      machine.settle(() -> latencies.size() > before);
      last = before;
    }
    assertThat(latencies).as("interrupts of the chain").hasSize(links);
    assertThat(latencies).as("ticks from deadline to handler").allMatch(ticks -> ticks >= 0);
    machine.observe(
        "longest latency in ticks", latencies.stream().mapToLong(ticks -> ticks).max().orElse(0));
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
  }

  private static void arm(Cpu cpu, long[] deadline) {
    deadline[0] = cpu.rdtsc() + DELTA;
    cpu.wrmsr(Msr.IA32_TSC_DEADLINE, deadline[0]);
  }
}
