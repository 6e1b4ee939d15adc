package io.apictck.suites.lapic.esr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.Test;

/** The interrupt of the LVT error entry (Intel SDM Vol. 3A, "Error Handling"). */
@Conformance
final class ErrorInterruptTests {
  private static final int VECTOR = 0xE0;
  private static final int ILLEGAL = 5;

  private static Counter countErrorInterrupts(Cpu cpu) {
    Errors.clear(cpu.lapic());
    cpu.lapic().setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR));
    cpu.sti();
    return cpu.countInterrupts(VECTOR);
  }

  private static void mask(Cpu cpu) {
    cpu.lapic().setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR).withMasked(true));
    assertThat(cpu.lapic()).isIdle();
  }

  /** The error must interrupt when it happens; the write that shows it must not. */
  private static void verifyOne(
      Machine machine, Cpu cpu, Counter taken, Runnable error, int expected) {
    taken.clear();
    error.run();
    machine.expectNothing();
    assertThat(taken).as("interrupts at the error").hasCount(1);
    assertThat(cpu.lapic().latchErrors()).as("ESR").isEqualTo(expected);
    machine.expectNothing();
    assertThat(taken).as("interrupts after the write to ESR").hasCount(1);
  }

  @InEachApicMode
  @Covers("LAPIC-ESR-007")
  void comesWithASendError(Machine machine, Cpu cpu) {
    Counter taken = countErrorInterrupts(cpu);
    for (int i = 0; i < 3; i++) {
      verifyOne(
          machine,
          cpu,
          taken,
          () -> Errors.sendIllegalVector(cpu.lapic(), ILLEGAL),
          ErrorStatus.SEND_ILLEGAL_VECTOR);
    }
    mask(cpu);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ESR-007")
  void comesWithAReceiveError(Machine machine, Cpu cpu) {
    Counter taken = countErrorInterrupts(cpu);
    for (int i = 0; i < 3; i++) {
      verifyOne(
          machine,
          cpu,
          taken,
          () -> Messages.edge(cpu, ILLEGAL),
          ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    }
    mask(cpu);
  }

  @Test
  @Covers("LAPIC-ESR-007")
  void comesWithAnIllegalRegisterAddress(Machine machine, Cpu cpu) {
    Counter taken = countErrorInterrupts(cpu);
    for (int i = 0; i < 3; i++) {
      verifyOne(
          machine,
          cpu,
          taken,
          () -> cpu.lapic().readOffset(0x40),
          ErrorStatus.ILLEGAL_REGISTER_ADDRESS);
    }
    mask(cpu);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ESR-007")
  void hasEachVector(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    Errors.clear(lapic);
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(vector));
          Errors.sendIllegalVector(lapic, ILLEGAL);
          cpu.takeInterrupt(vector);
          assertThat(lapic).isServicing(vector).requestsNothing();
          assertThat(lapic.latchErrors()).as("ESR").isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
          cpu.finishInterrupt();
        });
    machine.expectNothing();
    mask(cpu);
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-ESR-008")
  void recordsWhetherErrorsBeforeTheWriteInterruptAgain(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Counter taken = countErrorInterrupts(cpu);
    Errors.sendIllegalVector(lapic, ILLEGAL);
    machine.expectNothing();
    Errors.sendIllegalVector(lapic, ILLEGAL);
    machine.expectNothing();
    machine.observe("interrupts of two errors of one kind", taken.count());
    if (machine.offers(Stimulus.DEVICE_WRITE)) {
      taken.clear();
      Messages.edge(cpu, ILLEGAL);
      machine.expectNothing();
      machine.observe("interrupts of an error of another kind after that", taken.count());
    }
    lapic.latchErrors();
    machine.expectNothing();
    taken.clear();
    Errors.sendIllegalVector(lapic, ILLEGAL);
    machine.expectNothing();
    machine.observe("interrupts of an error after the write", taken.count());
    mask(cpu);
  }

  @InEachApicMode
  @Covers("LAPIC-ESR-009")
  void doesNotComeWhileMasked(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Errors.clear(lapic);
    lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR).withMasked(true));
    cpu.sti();
    lapic.sendSelfIpi(ILLEGAL);
    machine.expectNothing();
    assertThat(lapic).isIdle();
    assertThat(lapic.latchErrors() & ~ErrorStatus.RECEIVE_ILLEGAL_VECTOR)
        .as("ESR without the receive error")
        .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
    machine.expectNothing();
    // unmasking does not bring back what happened before
    Errors.clear(lapic);
    lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR));
    machine.expectNothing();
    assertThat(lapic).isIdle();
    mask(cpu);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ESR-009")
  void receiveErrorsAreLoggedWhileMasked(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Errors.clear(lapic);
    lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR).withMasked(true));
    cpu.sti();
    Messages.edge(cpu, ILLEGAL);
    machine.expectNothing();
    assertThat(lapic).isIdle();
    assertThat(lapic.latchErrors()).as("ESR").isEqualTo(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
  }

  /** The error interrupt is itself an error then, which must not feed itself. */
  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ESR-004")
  void anIllegalVectorOfItsOwnEndsInOneError(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        0,
        Vectors.FIRST - 1,
        vector -> {
          lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(vector));
          lapic.latchErrors();
          Errors.sendIllegalVector(lapic, ILLEGAL);
          machine.expectNothing();
          assertThat(lapic.latchErrors() | ErrorStatus.RECEIVE_ILLEGAL_VECTOR)
              .as("ESR, receive error or not")
              .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR | ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
          assertThat(lapic).isIdle();
        });
    mask(cpu);
  }
}
