package io.apictck.suites.lapic.priority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.Vectors;
import java.util.ArrayList;
import java.util.List;

/** The value of PPR (Intel SDM Vol. 3A, "Task and Processor Priorities"). */
@Conformance
final class ProcessorPriorityTests {
  private static final int PRIORITIES = 256;

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-PRI-005", "LAPIC-PRI-006"})
  void isTheHigherClassForEachPriorityAndVectorInService(Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    verifyForEachTaskPriority(cpu.lapic(), 0);
    cpu.lapic().setTpr(0);
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          cpu.lapic().sendSelfIpi(vector);
          cpu.takeInterrupt(vector);
          verifyForEachTaskPriority(cpu.lapic(), vector);
          cpu.lapic().setTpr(0);
          cpu.finishInterrupt();
        });
    assertThat(cpu.lapic()).isIdle().hasPpr(0);
  }

  /** {@code inService} is the highest vector in service, 0 if there is none. */
  private static void verifyForEachTaskPriority(LocalApic lapic, int inService) {
    List<Instruction> block = new ArrayList<>();
    for (int tpr = 0; tpr < PRIORITIES; tpr++) {
      block.add(lapic.writing(LapicRegister.TPR, tpr));
      block.add(lapic.reading(LapicRegister.PPR));
    }
    long[] values = lapic.cpu().run(block);
    int stride = values.length / PRIORITIES;
    for (int tpr = 0; tpr < PRIORITIES; tpr++) {
      long ppr = values[tpr * stride];
      int byTask = Vectors.classOf(tpr);
      int byService = Vectors.classOf(inService);
      // where the classes are equal the manual leaves the low nibble open
      boolean right =
          byTask > byService
              ? ppr == tpr
              : ppr == byService << 4 || (byTask == byService && ppr == tpr);
      if (!right) {
        throw new AssertionError(
            "PPR with TPR="
                + Hex.vector(tpr)
                + " and "
                + (inService == 0 ? "nothing" : Hex.vector(inService))
                + " in service is "
                + Hex.dword((int) ppr));
      }
    }
  }

  @InEachApicMode
  @Covers({"LAPIC-PRI-005", "LAPIC-PRI-006"})
  void looksAtTheHighestOfManyInService(Cpu cpu) {
    cpu.sti();
    // one in each class, each interrupts the one before
    for (int inService = 1; inService <= 15; inService++) {
      int vector = inService << 4 | ((16 - inService) & 0xF);
      cpu.lapic().sendSelfIpi(vector);
      cpu.takeInterrupt(vector);
      verifyForEachTaskPriority(cpu.lapic(), vector);
      cpu.lapic().setTpr(0);
      cpu.sti();
    }
    for (int inService = 15; inService >= 1; inService--) {
      assertThat(cpu.lapic()).hasPpr(inService << 4);
      cpu.finishInterrupt();
    }
    assertThat(cpu.lapic()).isIdle().hasPpr(0);
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-PRI-007")
  void recordsItsLowNibbleForEqualClasses(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.lapic().setTpr(0x0F);
    machine.observe("PPR with TPR=0Fh and nothing in service", Hex.vector(cpu.lapic().ppr()));
    cpu.lapic().setTpr(0);
    cpu.lapic().sendSelfIpi(0x42);
    cpu.takeInterrupt(0x42);
    cpu.lapic().setTpr(0x45);
    int ppr = cpu.lapic().ppr();
    machine.observe("PPR with TPR=45h and 42h in service", Hex.vector(ppr));
    assertThat(Vectors.classOf(ppr)).as("class of PPR").isEqualTo(4);
    // whatever it shows, delivery is the same
    cpu.sti();
    cpu.lapic().sendSelfIpi(0x4F);
    machine.expectNothing();
    cpu.lapic().sendSelfIpi(0x50);
    cpu.serve(0x50);
    assertThat(cpu.lapic()).requests(0x4F).isServicing(0x42);
    cpu.lapic().setTpr(0);
    machine.expectNothing();
    cpu.cli();
    cpu.finishInterrupt();
    cpu.serve(0x4F);
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-008")
  void followsTaskPriorityDeliveryAndEndOfInterruptAtOnce(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    assertThat(lapic).hasPpr(0);
    cpu.sti();
    lapic.sendSelfIpi(0x41);
    cpu.takeInterrupt(0x41);
    assertThat(lapic).hasPpr(0x40);
    cpu.sti();
    lapic.sendSelfIpi(0x61);
    cpu.takeInterrupt(0x61);
    assertThat(lapic).hasPpr(0x60);
    lapic.setTpr(0x7A);
    assertThat(lapic).hasPpr(0x7A);
    lapic.setTpr(0x5A);
    assertThat(lapic).hasPpr(0x60);
    lapic.eoi();
    assertThat(lapic).hasPpr(0x5A);
    lapic.setTpr(0);
    assertThat(lapic).hasPpr(0x40);
    lapic.eoi();
    assertThat(lapic).hasPpr(0);
    cpu.iret();
    cpu.iret();
    assertThat(lapic).isIdle().hasPpr(0);
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-008")
  void followsWritesInTheSameBlock(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x83);
    cpu.takeInterrupt(0x83);
    long[] values =
        cpu.run(
            lapic.reading(LapicRegister.PPR),
            lapic.writing(LapicRegister.TPR, 0xB1),
            lapic.reading(LapicRegister.PPR),
            lapic.endingInterrupt(),
            lapic.writing(LapicRegister.TPR, 0x12),
            lapic.reading(LapicRegister.PPR));
    int stride = values.length / 3;
    assertThat(new long[] {values[0], values[stride], values[2 * stride]})
        .as("PPR before the TPR write, after it, and after EOI")
        .containsExactly(0x80, 0xB1, 0x12);
    cpu.iret();
    lapic.setTpr(0);
  }
}
