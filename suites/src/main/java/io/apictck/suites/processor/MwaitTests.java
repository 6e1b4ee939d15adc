package io.apictck.suites.processor;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Cpuid;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.List;

/** What ends MWAIT (Intel SDM Vol. 2B, "MWAIT"). */
@Conformance
@Requires(Feature.MONITOR_MWAIT)
final class MwaitTests {
  private static final int VECTOR = 0x61;

  @InEachApicMode
  @Covers("CPU-MWAIT-001")
  void enabledInterruptEndsIt(Machine machine, Cpu cpu) {
    cpu.sti();
    // long enough that it waits before, also in real time
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 10_000_000);
    BlockRun run =
        cpu.start(
            new Instruction.Monitor(machine.scratch(0)),
            new Instruction.Mwait(0),
            new Instruction.Nop());
    cpu.takeInterrupt(VECTOR);
    cpu.finishInterrupt();
    run.values();
  }

  @InEachApicMode
  @Covers("CPU-MWAIT-001")
  void pendingInterruptEndsItWithClearIfWhereAskedFor(Machine machine, Cpu cpu) {
    if ((cpu.cpuid(Cpuid.MONITOR_LEAF).ecx() & Cpuid.MWAIT_INTERRUPT_BREAK) == 0) {
      machine.observe("CPUID.05H:ECX[1]", 0);
      return;
    }
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.run(
        new Instruction.Monitor(machine.scratch(0)),
        new Instruction.Mwait(1),
        new Instruction.Nop());
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    machine.expectNothing();
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("CPU-MWAIT-002")
  void storeToTheMonitoredLineEndsIt(Machine machine, Cpu cpu) {
    long line = machine.scratch(0);
    List<Instruction> stores =
        List.of(
            new Instruction.Store(line, 4, 1),
            new Instruction.LockedOr(line, 4, 2),
            new Instruction.Exchange(line, 4, 7),
            new Instruction.RepMovsb(line, machine.scratch(0x1000), 4));
    int[] stored = {1, 3, 7, 0};
    for (int i = 0; i < stored.length; i++) {
      BlockRun run =
          cpu.start(new Instruction.Monitor(line), new Instruction.Mwait(0), new Instruction.Nop());
      machine.cpu(1).run(stores.get(i));
      run.values();
      assertThat(cpu.read32(line)).as("the line after %s", stores.get(i)).isEqualTo(stored[i]);
    }
    machine.expectNothing();
  }
}
