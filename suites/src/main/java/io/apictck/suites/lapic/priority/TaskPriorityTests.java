package io.apictck.suites.lapic.priority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.VectorPair;
import io.apictck.suites.support.Vectors;

/** What the task priority holds back (Intel SDM Vol. 3A, "Task and Processor Priorities"). */
@Conformance
final class TaskPriorityTests {
  @InEachApicMode
  @Covers("LAPIC-PRI-002")
  void holdsItsOwnClassAndLetsTheNextOneIn(Machine machine, Cpu cpu) {
    cpu.sti();
    for (int priority = 1; priority <= 15; priority++) {
      int held = priority << 4 | 5;
      cpu.lapic().setTpr(priority << 4);
      cpu.lapic().sendSelfIpi(held);
      machine.expectNothing();
      assertThat(cpu.lapic()).requests(held).isServicingNothing();
      if (priority < 15) {
        int taken = (priority + 1) << 4;
        cpu.lapic().sendSelfIpi(taken);
        cpu.serve(taken);
      }
      cpu.lapic().setTpr(0);
      cpu.serve(held);
      assertThat(cpu.lapic()).isIdle();
    }
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-003")
  void classFifteenHoldsEverything(Machine machine, Cpu cpu) {
    Vectors.makeAllOrdinary(cpu.lapic());
    cpu.sti();
    for (int tpr = 0xF0; tpr <= 0xFF; tpr++) {
      cpu.lapic().setTpr(tpr);
      for (int vector = 0xF0; vector <= Vectors.LAST; vector++) {
        cpu.lapic().sendSelfIpi(vector);
      }
      machine.expectNothing();
      assertThat(cpu.lapic().irr()).isEqualTo(Vectors.range(0xF0, Vectors.LAST));
      cpu.lapic().setTpr(0);
      for (int vector = Vectors.LAST; vector >= 0xF0; vector--) {
        cpu.serve(vector);
      }
    }
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-003")
  void classZeroHoldsNothing(Cpu cpu) {
    Vectors.makeAllOrdinary(cpu.lapic());
    cpu.sti();
    for (int tpr : new int[] {0, 0xF}) {
      cpu.lapic().setTpr(tpr);
      for (int vector = Vectors.FIRST; vector <= Vectors.LAST; vector++) {
        cpu.lapic().sendSelfIpi(vector);
        cpu.serve(vector);
      }
    }
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-004")
  void lowNibbleHoldsNothing(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.lapic().setTpr(0x3F);
    cpu.lapic().sendSelfIpi(0x40);
    cpu.serve(0x40);
    cpu.lapic().sendSelfIpi(0x3F);
    machine.expectNothing();
    cpu.lapic().setTpr(0x30);
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(0x3F).isServicingNothing();
    cpu.lapic().setTpr(0x2F);
    cpu.serve(0x3F);
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-009")
  void loweringItIsEnoughToLetAHeldVectorIn(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.lapic().setTpr(0x60);
    cpu.lapic().sendSelfIpi(0x51);
    machine.expectNothing();
    cpu.lapic().setTpr(0x50);
    machine.expectNothing();
    cpu.lapic().setTpr(0x40);
    cpu.serve(0x51);
    assertThat(cpu.lapic()).isIdle().hasTpr(0x40);
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-PRI-002", "LAPIC-PRI-003", "LAPIC-PRI-004", "LAPIC-PRI-009"})
  void comparesClassesForEachPriorityAndVector(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.each(
        VectorPair.from(0),
        pair -> {
          int tpr = pair.first();
          int vector = pair.second();
          cpu.run(lapic.writing(LapicRegister.TPR, tpr), SelfIpi.of(lapic, vector));
          if (Vectors.classOf(vector) <= Vectors.classOf(tpr)) {
            machine.expectNothing();
            long requests =
                cpu.run(
                        lapic.reading(LapicRegister.IRR.offset(vector / Integer.SIZE)),
                        lapic.writing(LapicRegister.TPR, 0))[0];
            if (requests != 1L << vector % Integer.SIZE) {
              throw new AssertionError(
                  "this word of IRR must hold the vector alone, but is "
                      + Long.toHexString(requests)
                      + "h");
            }
          }
          cpu.serve(vector);
        });
    assertThat(lapic).isIdle();
  }
}
