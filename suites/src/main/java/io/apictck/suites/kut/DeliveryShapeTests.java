package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.SelfIpi;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the benchmarks of vmexit.c do, as checks: each iteration delivers exactly one interrupt. */
@Conformance
final class DeliveryShapeTests {
  private static final int VECTOR = 0xB0;
  private static final int ROUNDS = 64;
  private static final int ELCR = 0x4D0;
  private static final int DEADLINE_TICKS = 3000;

  /** In which state the interrupt meets the processor, and how that lets it in. */
  private enum Shape {
    STI_NOP(false, true, false),
    STI_HLT(false, true, true),
    TPR(true, false, false),
    TPR_STI_NOP(true, true, false),
    TPR_STI_HLT(true, true, true);

    private final boolean raisesTpr;
    private final boolean clearsIf;
    private final boolean halts;

    Shape(boolean raisesTpr, boolean clearsIf, boolean halts) {
      this.raisesTpr = raisesTpr;
      this.clearsIf = clearsIf;
      this.halts = halts;
    }

    List<Instruction> around(Instruction send) {
      List<Instruction> block = new ArrayList<>();
      if (clearsIf) {
        block.add(new Instruction.Cli());
      }
      if (raisesTpr) {
        block.add(new Instruction.MovToCr8(0xF));
      }
      block.add(send);
      if (raisesTpr) {
        block.add(new Instruction.MovToCr8(0));
      }
      if (clearsIf) {
        block.add(new Instruction.Sti());
      }
      block.add(halts ? new Instruction.Hlt() : new Instruction.Nop());
      return block;
    }
  }

  private static void deliversOneInEach(Machine machine, Cpu cpu, Instruction send) {
    Counter taken = cpu.countInterrupts(VECTOR);
    cpu.sti();
    for (Shape shape : Shape.values()) {
      for (int round = 0; round < ROUNDS; round++) {
        taken.clear();
        BlockRun run = cpu.start(shape.around(send));
        run.values();
        machine.settle(() -> taken.count() > 0);
        assertThat(taken).as("%s, round %d", shape, round).hasCount(1);
      }
      machine.expectNothing();
      assertThat(taken).as("%s, afterwards", shape).hasCount(1);
    }
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers({"LAPIC-ICR-014", "CPU-SHD-001", "LAPIC-PRI-002"})
  @Ports({"KUT-BENCH-07", "KUT-BENCH-08", "KUT-BENCH-09", "KUT-BENCH-10", "KUT-BENCH-11"})
  void aSelfIpiOfTheIcrIsDeliveredOnce(Machine machine, Cpu cpu) {
    deliversOneInEach(machine, cpu, SelfIpi.of(cpu.lapic(), VECTOR));
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers({"X2-SELF-001", "CPU-SHD-001", "LAPIC-PRI-002"})
  @Ports({"KUT-BENCH-12", "KUT-BENCH-13", "KUT-BENCH-14", "KUT-BENCH-15", "KUT-BENCH-16"})
  void aWriteOfSelfIpiIsDeliveredOnce(Machine machine, Cpu cpu) {
    deliversOneInEach(machine, cpu, new Instruction.Wrmsr(LapicRegister.SELF_IPI.msr(), VECTOR));
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-PRI-012")
  @Ports({"KUT-BENCH-01", "KUT-BENCH-02", "KUT-REL-007"})
  void cr8IsReadAndWritten(Machine machine, Cpu cpu) {
    for (Cpu each : List.of(cpu, machine.cpu(1))) {
      for (int value : new int[] {3, 0, 0xF, 0}) {
        each.setCr8(value);
        assertThat(each.cr8()).as("CR8 of %s", each).isEqualTo(value);
      }
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(Feature.ELCR)
  @Covers("PIC-ELCR-001")
  @Ports({"KUT-BENCH-03", "KUT-BENCH-04"})
  void theElcrTakesZeroFromEachProcessor(Machine machine, Cpu cpu) {
    for (Cpu each : List.of(cpu, machine.cpu(1))) {
      for (int round = 0; round < ROUNDS; round++) {
        each.out8(ELCR, 0);
        assertThat(each.in8(ELCR)).as("ELCR as %s reads it", each).isZero();
      }
    }
    machine.expectNothing();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LAPIC-TSCD-002")
  @Ports("KUT-BENCH-05")
  void aDeadlineOfNowIsDeliveredOnce(Machine machine, Cpu cpu) {
    deadlines(machine, List.of(cpu, machine.cpu(1)), 0);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LAPIC-TSCD-001")
  @Ports("KUT-BENCH-06")
  void aDeadlineThatIsNearIsDeliveredOnce(Machine machine, Cpu cpu) {
    deadlines(machine, List.of(cpu, machine.cpu(1)), DEADLINE_TICKS);
  }

  private static void deadlines(Machine machine, List<Cpu> cpus, int delta) {
    for (Cpu cpu : cpus) {
      Counter taken = cpu.countInterrupts(VECTOR);
      cpu.lapic()
          .setLvt(
              LapicRegister.LVT_TIMER,
              LvtEntry.fixed(VECTOR).withTimerMode(TimerMode.TSC_DEADLINE));
      cpu.run(new Instruction.Mfence(), new Instruction.Sti());
      for (int round = 0; round < ROUNDS; round++) {
        taken.clear();
        long deadline = cpu.rdtsc() + delta;
        cpu.run(
            new Instruction.Wrmsr(Msr.IA32_TSC_DEADLINE, deadline), new Instruction.Cpuid(0, 0));
        machine.settle(() -> taken.count() > 0);
        assertThat(taken).as("interrupts of round %d on %s", round, cpu).hasCount(1);
      }
      machine.expectNothing();
      assertThat(taken).as("interrupts of the last round on %s", cpu).hasCount(1);
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-ICR-005")
  @Ports("KUT-BENCH-17")
  void anIpiToARunningProcessorComesBack(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    other.sti();
    roundTrips(machine, cpu, other, false);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers({"LAPIC-ICR-005", "CPU-HLT-001"})
  @Ports("KUT-BENCH-18")
  void anIpiToAHaltedProcessorComesBack(Machine machine, Cpu cpu) {
    roundTrips(machine, cpu, machine.cpu(1), true);
  }

  /** The handler leaves a mark in memory, for which the sender waits. */
  private static void roundTrips(Machine machine, Cpu sender, Cpu receiver, boolean halted) {
    long mark = machine.scratch(0);
    Counter taken =
        receiver.onInterrupt(
            VECTOR,
            (self, frame) -> {
              self.run(
                  new Instruction.LockedOr(mark, 4, 1),
                  self.lapic().endingInterrupt(),
                  new Instruction.Iret());
            });
    for (int round = 1; round <= ROUNDS; round++) {
      sender.write32(mark, 0);
      BlockRun wait = halted ? receiver.stiHlt() : receiver.start(new Instruction.Nop());
      sender.lapic().sendIpi(receiver, VECTOR);
      assertThat(machine.settle(() -> sender.read32(mark) == 1))
          .as("round %d comes back", round)
          .isTrue();
      wait.values();
      assertThat(taken).as("interrupts until round %d", round).hasCount(round);
    }
    machine.expectNothing();
    assertThat(taken).hasCount(ROUNDS);
  }
}
