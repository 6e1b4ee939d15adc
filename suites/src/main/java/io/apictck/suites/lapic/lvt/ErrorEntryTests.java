package io.apictck.suites.lapic.lvt;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;

/** The error entry (Intel SDM Vol. 3A, "Local Vector Table" and "Error Handling"). */
@Conformance
final class ErrorEntryTests {
  private static final int VECTOR = 0x75;
  private static final int ILLEGAL = 3;

  /** Which of the two a self IPI with an illegal vector sets, or whether both, is left open. */
  private static final int ILLEGAL_VECTOR =
      ErrorStatus.SEND_ILLEGAL_VECTOR | ErrorStatus.RECEIVE_ILLEGAL_VECTOR;

  private static void verifyLogged(LocalApic lapic) {
    int errors = lapic.latchErrors();
    assertThat(errors & ILLEGAL_VECTOR).as("ESR, illegal vector").isNotZero();
    assertThat(errors & ~ILLEGAL_VECTOR).as("ESR, other errors").isZero();
  }

  @InEachApicMode
  @Covers({"LAPIC-LVT-015", "LAPIC-LVT-020"})
  void errorInterrupts(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR));
    for (int round = 0; round < 2; round++) {
      lapic.sendSelfIpi(ILLEGAL);
      machine.settle(() -> lapic.irr().contains(VECTOR));
      assertThat(lapic).requests(VECTOR).isServicingNothing().hasTriggerMode(VECTOR, false);
      cpu.sti();
      cpu.takeInterrupt(VECTOR);
      assertThat(lapic).isServicing(VECTOR).requestsNothing().hasTriggerMode(VECTOR, false);
      assertThat(lapic.lvt(LapicRegister.LVT_ERROR))
          .as("LVT_ERROR")
          .isEqualTo(LvtEntry.fixed(VECTOR));
      verifyLogged(lapic);
      cpu.finishInterrupt();
      machine.expectNothing();
      assertThat(lapic).isIdle().hasNoErrors();
      cpu.cli();
    }
  }

  @InEachApicMode
  @Covers({"LAPIC-LVT-015", "LAPIC-LVT-005"})
  void maskBlocksTheInterruptAndNotTheLog(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR).withMasked(true));
    cpu.sti();
    lapic.sendSelfIpi(ILLEGAL);
    machine.expectNothing();
    verifyLogged(lapic);
    lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR));
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-LVT-015")
  void priorityHoldsItBack(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR));
    lapic.setTpr(VECTOR);
    cpu.sti();
    lapic.sendSelfIpi(ILLEGAL);
    machine.expectNothing();
    assertThat(lapic).requests(VECTOR).isServicingNothing();
    lapic.setTpr(0);
    cpu.serve(VECTOR);
    verifyLogged(lapic);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-LVT-015")
  void senderOfAnIllegalVectorIsInterrupted(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    cpu.lapic().setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR));
    cpu.sti();
    other.sti();
    cpu.lapic().sendIpi(other, ILLEGAL);
    cpu.takeInterrupt(VECTOR);
    assertThat(cpu.lapic().latchErrors())
        .as("ESR of the sender")
        .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(other.lapic()).isIdle();
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-LVT-015", "LAPIC-LVT-018"})
  void illegalVectorInTheErrorEntryEndsInTheLog(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        0,
        0xF,
        vector -> {
          lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(vector));
          lapic.sendSelfIpi(ILLEGAL);
          machine.expectNothing();
          assertThat(lapic).isIdle();
          verifyLogged(lapic);
        });
    lapic.latchErrors();
    lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR));
    lapic.sendSelfIpi(ILLEGAL);
    cpu.serve(VECTOR);
    verifyLogged(lapic);
  }
}
