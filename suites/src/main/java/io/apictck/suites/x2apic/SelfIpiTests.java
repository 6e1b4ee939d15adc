package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Intel SDM Vol. 3A, "SELF IPI Register" and "MSR Access in x2APIC Mode". */
@Conformance
@InMode(ApicMode.X2APIC)
final class SelfIpiTests {
  private static final int FIRST_LEGAL = 0x10;
  private static final int LAST = 0xFF;
  private static final int VECTOR = 0x60;

  private static Instruction selfIpi(int vector) {
    return new Instruction.Wrmsr(LapicRegister.SELF_IPI.msr(), vector);
  }

  @Test
  @Sweep
  @Covers("X2-SELF-001")
  void everyVectorIsPendingAtOnceAndEdgeTriggered(Machine machine, Cpu cpu, Cases cases) {
    cases.range(
        FIRST_LEGAL,
        LAST,
        vector -> {
          long[] seen =
              cpu.run(
                  selfIpi(vector),
                  new Instruction.Rdmsr(LapicRegister.IRR.msr(vector >>> 5)),
                  new Instruction.Rdmsr(LapicRegister.TMR.msr(vector >>> 5)));
          assertThat(seen[0] >>> (vector & 31) & 1)
              .as("IRR bit of the next instruction")
              .isEqualTo(1);
          assertThat(seen[2]).as("TMR").isZero();
          Counter counter = cpu.countInterrupts(vector);
          cpu.sti();
          machine.settle(() -> counter.count() > 0);
          cpu.cli();
          assertThat(counter.count()).as("interrupts %s", Hex.vector(vector)).isEqualTo(1);
        });
    cpu.sti();
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
  }

  @Test
  @Covers({"X2-SELF-001", "X2-SELF-003"})
  void allVectorsTogetherAreDeliveredOnceEachHighestFirst(Machine machine, Cpu cpu) {
    Counter counter = cpu.countInterrupts(FIRST_LEGAL, LAST);
    for (int vector = FIRST_LEGAL; vector <= LAST; vector++) {
      cpu.run(selfIpi(vector), selfIpi(vector));
    }
    cpu.sti();
    machine.expectNothing();
    assertThat(counter.vectors())
        .isEqualTo(
            IntStream.rangeClosed(0, LAST - FIRST_LEGAL).map(i -> LAST - i).boxed().toList());
  }

  @Test
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("X2-SELF-001")
  void clearsATriggerModeBitOfBefore(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(VECTOR).withLevel(true));
    cpu.line(LocalLine.LINT0, true);
    cpu.sti();
    cpu.takeInterrupt(VECTOR);
    cpu.line(LocalLine.LINT0, false);
    cpu.finishInterrupt();
    cpu.cli();
    lapic.writeSelfIpiRegister(VECTOR);
    assertThat(lapic.tmr().contains(VECTOR)).as("TMR bit of the self-IPI").isFalse();
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("X2-SELF-001")
  void reachesNoOtherProcessor(Machine machine) {
    Cpu sender = machine.cpu(1);
    machine.cpus().forEach(Cpu::sti);
    sender.lapic().writeSelfIpiRegister(VECTOR);
    sender.serve(VECTOR);
    machine.expectNothing();
    assertThat(machine.cpu(0).lapic()).isIdle();
  }

  @Test
  @Sweep
  @Covers("X2-SELF-002")
  void anIllegalVectorIsAnErrorAndNotDelivered(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        0,
        FIRST_LEGAL - 1,
        vector -> {
          lapic.writeSelfIpiRegister(vector);
          assertThat(lapic.irr().isEmpty()).as("IRR is empty").isTrue();
          int errors = lapic.latchErrors();
          assertThat(errors & ErrorStatus.SEND_ILLEGAL_VECTOR).as("ESR bit 5").isNotZero();
          assertThat(
                  errors & ~(ErrorStatus.SEND_ILLEGAL_VECTOR | ErrorStatus.RECEIVE_ILLEGAL_VECTOR))
              .as("other bits of ESR")
              .isZero();
          machine.expectNothing();
        });
    assertThat(lapic).isIdle();
  }

  @Test
  @Covers("X2-SELF-003")
  void severalWritesOfAPendingVectorCollapse(Machine machine, Cpu cpu) {
    Counter counter = cpu.countInterrupts(VECTOR);
    cpu.run(selfIpi(VECTOR), selfIpi(VECTOR), selfIpi(VECTOR));
    assertThat(cpu.lapic()).requests(VECTOR);
    cpu.sti();
    machine.expectNothing();
    assertThat(counter.count()).as("interrupts").isEqualTo(1);
  }

  @Test
  @Covers("X2-SELF-003")
  void aWriteDuringServiceIsASecondInterrupt(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.lapic().writeSelfIpiRegister(VECTOR);
    cpu.takeInterrupt(VECTOR);
    cpu.run(selfIpi(VECTOR), selfIpi(VECTOR));
    assertThat(cpu.lapic()).requests(VECTOR).isServicing(VECTOR);
    cpu.finishInterrupt();
    cpu.serve(VECTOR);
    machine.expectNothing();
  }

  @Test
  @Covers("X2-ORD-001")
  void msrWritesTakeEffectInProgramOrder(Machine machine, Cpu cpu) {
    Counter counter =
        cpu.onInterrupt(
            VECTOR,
            (handler, frame) -> {
              assertThat(handler.lapic()).hasTpr(0);
              handler.finishInterrupt();
            });
    cpu.sti();
    Instruction raise = new Instruction.Wrmsr(LapicRegister.TPR.msr(), 0xF0);
    Instruction lower = new Instruction.Wrmsr(LapicRegister.TPR.msr(), 0);
    cpu.run(
        raise,
        selfIpi(VECTOR),
        new Instruction.Nop(),
        new Instruction.Nop(),
        lower,
        new Instruction.Nop());
    machine.expectNothing();
    assertThat(counter.count()).as("interrupts").isEqualTo(1);

    // and the other way round: no delivery before TPR comes down
    cpu.run(raise, selfIpi(VECTOR));
    machine.expectNothing();
    assertThat(counter.count()).as("interrupts at TPR=F0h").isEqualTo(1);
    assertThat(cpu.lapic()).requests(VECTOR);
    cpu.run(lower);
    machine.expectNothing();
    assertThat(counter.count()).as("interrupts after TPR=0").isEqualTo(2);
  }
}
