package io.apictck.suites.lapic.spurious;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.Vectors;
import java.util.ArrayList;
import java.util.List;

/**
 * A request that the task priority masks after it was signalled (Intel SDM Vol. 3A, "Spurious
 * Interrupt").
 *
 * <p>The request may be withdrawn, and nothing comes, or the processor acknowledges it and gets the
 * spurious vector: both are right.
 */
@Conformance
final class MaskedRequestTests {
  private static final int SPURIOUS = 0xEF;

  /**
   * Counts spurious interrupts; what the local APIC shows in the handler must be what it shows
   * outside.
   */
  private static Counter returnFromSpurious(Cpu cpu, List<LapicState> seen) {
    cpu.lapic().setSvr(SpuriousInterruptVector.RESET.withEnabled(true).withVector(SPURIOUS));
    return cpu.onInterrupt(
        SPURIOUS,
        (self, frame) -> {
          seen.add(LapicState.of(self.lapic()));
          self.iret();
        });
  }

  private static void request(Machine machine, Cpu cpu, int vector) {
    cpu.run(new Instruction.Cli(), SelfIpi.of(cpu.lapic(), vector));
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(vector))).as("accepted").isTrue();
  }

  /** Nothing but spurious interrupts came, and they left the local APIC alone. */
  private static void verifyHeld(Machine machine, Cpu cpu, int vector, List<LapicState> seen) {
    machine.expectNothing();
    LapicState after = LapicState.of(cpu.lapic());
    assertThat(after.irr()).as("IRR").isEqualTo(VectorSet.of(vector));
    assertThat(after.isr().isEmpty()).as("ISR is empty").isTrue();
    assertThat(after.ppr()).as("PPR").isEqualTo(after.tpr());
    for (LapicState inHandler : seen) {
      assertThat(inHandler).as("state in the spurious handler").isEqualTo(after);
    }
    seen.clear();
  }

  private static void release(Cpu cpu, int vector) {
    cpu.setCr8(0);
    cpu.serve(vector);
    assertThat(cpu.lapic()).isIdle().hasPpr(0);
  }

  @InEachApicMode
  @Covers({"LAPIC-SPU-002", "LAPIC-SPU-003"})
  void isNotDeliveredAndNotLost(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    List<LapicState> seen = new ArrayList<>();
    Counter spurious = returnFromSpurious(cpu, seen);
    request(machine, cpu, 0x51);
    machine.expectNothing();
    lapic.setTpr(0x50);
    // the read makes sure that the write has arrived
    assertThat(lapic).hasTpr(0x50);
    cpu.sti();
    verifyHeld(machine, cpu, 0x51, seen);
    machine.observe("spurious interrupts after a rise of TPR with IF=0", spurious.count());
    release(cpu, 0x51);
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-SPU-002", "LAPIC-SPU-003"})
  void eachVectorIsHeldByARiseOfTaskPriority(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    List<LapicState> seen = new ArrayList<>();
    Counter spurious = returnFromSpurious(cpu, seen);
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          if (vector == SPURIOUS) {
            return;
          }
          request(machine, cpu, vector);
          cpu.run(
              lapic.writing(LapicRegister.TPR, vector & 0xF0),
              lapic.reading(LapicRegister.TPR),
              new Instruction.Sti(),
              new Instruction.Nop());
          verifyHeld(machine, cpu, vector, seen);
          release(cpu, vector);
        });
    machine.observe("spurious interrupts", spurious.count());
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-SPU-002", "LAPIC-SPU-003"})
  void eachVectorIsHeldByARiseOfCr8InTheShadowOfSti(Machine machine, Cpu cpu, Cases cases) {
    List<LapicState> seen = new ArrayList<>();
    Counter spurious = returnFromSpurious(cpu, seen);
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          if (vector == SPURIOUS) {
            return;
          }
          request(machine, cpu, vector);
          cpu.run(
              new Instruction.Sti(),
              new Instruction.MovToCr8(Vectors.classOf(vector)),
              new Instruction.Nop());
          verifyHeld(machine, cpu, vector, seen);
          release(cpu, vector);
        });
    machine.observe("spurious interrupts", spurious.count());
  }

  /**
   * No EOI is owed: whatever came, vectors of every class still arrive and need exactly their own.
   */
  @InEachApicMode
  @Covers("LAPIC-SPU-003")
  void blocksNoClassAfterwards(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    List<LapicState> seen = new ArrayList<>();
    returnFromSpurious(cpu, seen);
    request(machine, cpu, 0x51);
    lapic.setTpr(0xF0);
    assertThat(lapic).hasTpr(0xF0).hasPpr(0xF0);
    cpu.sti();
    verifyHeld(machine, cpu, 0x51, seen);
    release(cpu, 0x51);
    for (int priority = 1; priority <= 15; priority++) {
      int vector = priority << 4 | 1;
      lapic.sendSelfIpi(vector);
      cpu.takeInterrupt(vector);
      assertThat(lapic).isServicing(vector).hasPpr(priority << 4);
      cpu.finishInterrupt();
    }
    machine.expectNothing();
  }

  /** The masked request interrupts a handler's work only by the spurious vector, if at all. */
  @InEachApicMode
  @Covers({"LAPIC-SPU-002", "LAPIC-SPU-003"})
  void leavesTheHandlerThatItInterruptsInService(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    List<LapicState> seen = new ArrayList<>();
    returnFromSpurious(cpu, seen);
    cpu.sti();
    lapic.sendSelfIpi(0x31);
    cpu.takeInterrupt(0x31);
    lapic.sendSelfIpi(0x51);
    assertThat(machine.settle(() -> lapic.irr().contains(0x51))).as("accepted").isTrue();
    cpu.run(new Instruction.Sti(), new Instruction.MovToCr8(7), new Instruction.Nop());
    machine.expectNothing();
    assertThat(lapic).isServicing(0x31).requests(0x51).hasPpr(0x70);
    for (LapicState inHandler : seen) {
      assertThat(inHandler.isr()).as("ISR in the spurious handler").isEqualTo(VectorSet.of(0x31));
      assertThat(inHandler.ppr()).as("PPR in the spurious handler").isEqualTo(0x70);
    }
    cpu.setCr8(0);
    cpu.serve(0x51);
    cpu.finishInterrupt();
    assertThat(lapic).isIdle().hasPpr(0);
  }
}
