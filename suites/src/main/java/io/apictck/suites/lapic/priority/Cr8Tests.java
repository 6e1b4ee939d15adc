package io.apictck.suites.lapic.priority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.Vectors;
import java.util.ArrayList;
import java.util.List;

/** CR8 (Intel SDM Vol. 3A, "Task Priority in IA-32e Mode"). */
@Conformance
final class Cr8Tests {
  private static final int CLASSES = 16;
  private static final int PRIORITIES = 256;

  @InEachApicMode
  @Covers("LAPIC-PRI-012")
  void isTheClassOfTheTaskPriority(Cpu cpu) {
    cpu.lapic().setTpr(0x5A);
    assertThat(cpu.cr8()).as("CR8 with TPR=5Ah").isEqualTo(5);
    cpu.setCr8(9);
    assertThat(cpu.lapic()).hasTpr(0x90).hasPpr(0x90);
    assertThat(cpu.cr8()).as("CR8 as written").isEqualTo(9);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-PRI-012")
  void readsTheClassAndClearsTheLowNibbleForEachPriority(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.range(
        0,
        CLASSES - 1,
        cr8 -> {
          List<Instruction> block = new ArrayList<>();
          for (int tpr = 0; tpr < PRIORITIES; tpr++) {
            block.add(lapic.writing(LapicRegister.TPR, tpr));
            block.add(new Instruction.MovFromCr8());
            block.add(new Instruction.MovToCr8(cr8));
            block.add(lapic.reading(LapicRegister.TPR));
          }
          long[] values = cpu.run(block);
          int stride = values.length / PRIORITIES;
          for (int tpr = 0; tpr < PRIORITIES; tpr++) {
            long read = values[tpr * stride];
            long written = values[tpr * stride + 1];
            if (read != Vectors.classOf(tpr) || written != cr8 << 4) {
              throw new AssertionError(
                  "with TPR="
                      + Hex.vector(tpr)
                      + " CR8 reads "
                      + Hex.qword(read)
                      + "; after MOV to CR8 TPR is "
                      + Hex.qword(written));
            }
          }
        });
    cpu.setCr8(0);
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-013")
  void refusesReservedBits(Cpu cpu) {
    cpu.lapic().setTpr(0x7A);
    for (int bit = 4; bit < Long.SIZE; bit++) {
      for (long low : new long[] {0, 3, 0xF}) {
        long value = 1L << bit | low;
        assertThat(cpu.attempt(new Instruction.MovToCr8(value)))
            .as("MOV to CR8 of %s", Hex.qword(value))
            .raisesGeneralProtection();
      }
    }
    assertThat(cpu.attempt(new Instruction.MovToCr8(-1))).raisesGeneralProtection();
    assertThat(cpu.attempt(new Instruction.MovToCr8(~0xFL))).raisesGeneralProtection();
    assertThat(cpu.lapic()).hasTpr(0x7A);
    assertThat(cpu.cr8()).as("CR8 after faults").isEqualTo(7);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers("LAPIC-PRI-013")
  void isOutOfReachForUserMode(Cpu cpu) {
    cpu.lapic().setTpr(0x7A);
    for (Instruction access :
        List.of(
            new Instruction.MovFromCr8(),
            new Instruction.MovToCr8(3),
            new Instruction.MovToCr8(0x10))) {
      cpu.run(new Instruction.EnterUser());
      assertThat(cpu.attempt(access)).as("%s with CPL 3", access).raisesGeneralProtection();
      cpu.run(new Instruction.LeaveUser());
      assertThat(cpu.lapic()).hasTpr(0x7A);
    }
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-014")
  void holdsEachClassFromTheMoveOn(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    // the request that CR8 masks may become a spurious interrupt; no vector here has its number
    cpu.onInterrupt(lapic.svr().vector(), InterruptHandler.RETURN);
    for (int priority = 1; priority < CLASSES; priority++) {
      for (int vector : new int[] {priority << 4, priority << 4 | 5, priority << 4 | 0xE}) {
        cpu.cli();
        lapic.sendSelfIpi(vector);
        assertThat(machine.settle(() -> lapic.irr().contains(vector))).as("accepted").isTrue();
        // it is signalled now, and stays so until CR8 rises in the shadow of STI
        cpu.run(
            new Instruction.Sti(),
            new Instruction.MovToCr8(priority),
            new Instruction.Nop(),
            new Instruction.Nop());
        machine.expectNothing();
        assertThat(lapic).requests(vector).isServicingNothing();
        cpu.setCr8(priority - 1);
        cpu.serve(vector);
        cpu.setCr8(0);
      }
    }
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-014")
  void doesNotLetAVectorInBetweenRaisingAndLowering(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    int lowering = 4;
    BlockRun run =
        cpu.start(
            new Instruction.MovToCr8(5),
            SelfIpi.of(lapic, 0x55),
            new Instruction.Nop(),
            new Instruction.Nop(),
            new Instruction.MovToCr8(4),
            new Instruction.Nop(),
            new Instruction.Nop());
    InterruptFrame frame = cpu.takeInterrupt(0x55);
    if (frame.interrupted().block() == run.block()) {
      assertThat(frame.interrupted().index())
          .as("index of the next instruction when it was taken")
          .isGreaterThan(lowering);
    }
    cpu.finishInterrupt();
    run.values();
    cpu.setCr8(0);
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers({"LAPIC-PRI-009", "LAPIC-PRI-014"})
  void loweringItLetsAHeldVectorIn(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.setCr8(6);
    cpu.lapic().sendSelfIpi(0x51);
    machine.expectNothing();
    cpu.setCr8(5);
    machine.expectNothing();
    cpu.setCr8(4);
    cpu.serve(0x51);
    assertThat(cpu.lapic()).isIdle().hasTpr(0x40);
  }
}
