package io.apictck.suites.lapic.lvt;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Vectors;
import java.util.function.Consumer;

/** Legal and illegal vectors in entries (Intel SDM Vol. 3A, "Valid Interrupt Vectors"). */
@Conformance
final class LvtVectorTests {
  private static final int LAST_ILLEGAL = 0xF;

  private static void expireTimer(Cpu cpu) {
    cpu.lapic().write(LapicRegister.INITIAL_COUNT, 1);
  }

  private static void sendIllegalVector(Cpu cpu) {
    cpu.lapic().sendSelfIpi(3);
  }

  /** Every legal vector, through one entry. */
  private static void verifyLegal(Cpu cpu, Cases cases, LapicRegister entry, Consumer<Cpu> signal) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          lapic.setLvt(entry, LvtEntry.fixed(vector));
          signal.accept(cpu);
          cpu.takeInterrupt(vector);
          assertThat(lapic).isServicing(vector).requestsNothing();
          cpu.finishInterrupt();
        });
    lapic.setLvt(entry, LvtEntry.RESET);
    cpu.machine().expectNothing();
    assertThat(lapic).isIdle();
  }

  /** Every illegal vector, through one entry: nothing comes but perhaps an error. */
  private static void verifyIllegal(
      Cpu cpu, Cases cases, LapicRegister entry, Consumer<Cpu> signal) {
    LocalApic lapic = cpu.lapic();
    Machine machine = cpu.machine();
    boolean[] errors = new boolean[2];
    cpu.sti();
    lapic.latchErrors();
    cases.range(
        0,
        LAST_ILLEGAL,
        vector -> {
          lapic.setLvt(entry, LvtEntry.fixed(vector));
          errors[0] |= isLogged(lapic);
          signal.accept(cpu);
          machine.expectNothing();
          assertThat(lapic).isIdle();
          assertThat(lapic.tmr()).as("TMR").isEmptySet();
          errors[1] |= isLogged(lapic);
        });
    lapic.setLvt(entry, LvtEntry.RESET);
    machine.observe(entry + " with an illegal vector, error when written", errors[0]);
    machine.observe(entry + " with an illegal vector, error at the event", errors[1]);
  }

  /** Whether an illegal vector was logged, and nothing else. */
  private static boolean isLogged(LocalApic lapic) {
    int errors = lapic.latchErrors();
    assertThat(errors).as("ESR").isIn(0, ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    return errors != 0;
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-017")
  void timerDeliversAllLegalVectors(Cpu cpu, Cases cases) {
    verifyLegal(cpu, cases, LapicRegister.LVT_TIMER, LvtVectorTests::expireTimer);
    assertThat(cpu.lapic()).hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-017")
  void errorEntryDeliversAllLegalVectors(Cpu cpu, Cases cases) {
    verifyLegal(
        cpu,
        cases,
        LapicRegister.LVT_ERROR,
        self -> {
          // the log is emptied, in case that a full one does not interrupt again
          self.lapic().latchErrors();
          sendIllegalVector(self);
        });
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("LAPIC-LVT-017")
  void pinsDeliverAllLegalVectors(Cpu cpu, Cases cases) {
    LocalSource.pins().forEach(pin -> verifyLegal(cpu, cases, pin.entry(), pin::signal));
    assertThat(cpu.lapic()).hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.LOCAL_EVENTS)
  @Covers({"LAPIC-LVT-016", "LAPIC-LVT-017"})
  void eventsDeliverAllLegalVectors(Cpu cpu, Cases cases) {
    LocalSource.events(cpu).forEach(event -> verifyLegal(cpu, cases, event.entry(), event::signal));
    assertThat(cpu.lapic()).hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-018")
  void timerDeliversNoIllegalVector(Cpu cpu, Cases cases) {
    verifyIllegal(cpu, cases, LapicRegister.LVT_TIMER, LvtVectorTests::expireTimer);
    assertThat(cpu.lapic().currentCount()).as("current count").isZero();
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, Vectors.FIRST, TimerDivide.BY_2, 1);
    cpu.serve(Vectors.FIRST);
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("LAPIC-LVT-018")
  void pinsDeliverNoIllegalVector(Cpu cpu, Cases cases) {
    LocalSource.pins().forEach(pin -> verifyIllegal(cpu, cases, pin.entry(), pin::signal));
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("LAPIC-LVT-018")
  void levelWithAnIllegalVectorDoesNotStorm(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(5).withLevel(true));
    cpu.line(LocalSource.LINT0.line(), true);
    machine.expectNothing();
    assertThat(lapic).isIdle();
    cpu.line(LocalSource.LINT0.line(), false);
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.LOCAL_EVENTS)
  @Covers("LAPIC-LVT-018")
  void eventsDeliverNoIllegalVector(Cpu cpu, Cases cases) {
    LocalSource.events(cpu)
        .forEach(event -> verifyIllegal(cpu, cases, event.entry(), event::signal));
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers({"LAPIC-LVT-010", "LAPIC-LVT-018"})
  void nmiHasNoIllegalVector(Machine machine, Cpu cpu, Cases cases) {
    cases.each(
        LocalSource.pins(),
        pin -> {
          for (int vector = 0; vector <= LAST_ILLEGAL; vector++) {
            LvtEntry entry = LvtEntry.fixed(vector).withDeliveryMode(DeliveryMode.NMI);
            cpu.lapic().setLvt(pin.entry(), entry);
            pin.signal(cpu);
            cpu.takeNmi();
            cpu.iret();
          }
          cpu.lapic().setLvt(pin.entry(), LvtEntry.RESET);
        });
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
  }
}
