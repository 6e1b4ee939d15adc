package io.apictck.suites.lapic.acceptance;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Shorthand;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.Vectors;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** Vectors 0 to 15 never become requests (Intel SDM Vol. 3A, "Valid Interrupt Vectors"). */
@Conformance
final class IllegalVectorTests {
  private static final int LAST_ILLEGAL = Vectors.FIRST - 1;

  private static void verifyNoneIsAccepted(
      Machine machine, Cpu target, Cases cases, IntConsumer request) {
    target.sti();
    cases.range(
        0,
        LAST_ILLEGAL,
        vector -> {
          request.accept(vector);
          machine.expectNothing();
          LapicState state = LapicState.of(target.lapic());
          assertThat(state.irr().isEmpty()).as("IRR is empty").isTrue();
          assertThat(state.isr().isEmpty()).as("ISR is empty").isTrue();
          assertThat(state.tmr().isEmpty()).as("TMR is empty").isTrue();
        });
    target.cli();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ACC-009")
  void selfIpis(Machine machine, Cpu cpu, Cases cases) {
    verifyNoneIsAccepted(machine, cpu, cases, cpu.lapic()::sendSelfIpi);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Sweep
  @Covers("LAPIC-ACC-009")
  void selfIpiRegister(Machine machine, Cpu cpu, Cases cases) {
    verifyNoneIsAccepted(machine, cpu, cases, cpu.lapic()::writeSelfIpiRegister);
  }

  @InEachApicMode
  @Sweep
  @OnMachine(processors = 2)
  @Covers("LAPIC-ACC-009")
  void ipisToAnother(Machine machine, Cases cases) {
    LocalApic sender = machine.cpu(0).lapic();
    Cpu target = machine.cpu(1);
    verifyNoneIsAccepted(machine, target, cases, vector -> sender.sendIpi(target, vector));
    verifyNoneIsAccepted(
        machine,
        target,
        cases,
        vector ->
            sender.send(
                InterruptCommand.fixed(vector).withShorthand(Shorthand.ALL_INCLUDING_SELF)));
    assertThat(sender).isIdle();
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ACC-009")
  void messages(Machine machine, Cpu cpu, Cases cases) {
    verifyNoneIsAccepted(machine, cpu, cases, vector -> Messages.edge(cpu, vector));
    verifyNoneIsAccepted(machine, cpu, cases, vector -> Messages.level(cpu, vector));
  }

  @InEachApicMode
  @Sweep
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Covers("LAPIC-ACC-009")
  void pins(Machine machine, Cpu cpu, Cases cases) {
    Pin pin = Pin.fromLast(machine, 0);
    verifyNoneIsAccepted(
        machine,
        cpu,
        cases,
        vector -> {
          pin.routeEdge(vector, cpu);
          pin.pulse();
        });
    verifyNoneIsAccepted(
        machine,
        cpu,
        cases,
        vector -> {
          pin.release();
          pin.routeLevel(vector, cpu);
          pin.raise();
        });
    pin.release();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ACC-009")
  void timer(Machine machine, Cpu cpu, Cases cases) {
    verifyNoneIsAccepted(
        machine,
        cpu,
        cases,
        vector -> cpu.lapic().startTimer(TimerMode.ONE_SHOT, vector, TimerDivide.BY_1, 100));
    cpu.lapic().stopTimer();
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("LAPIC-ACC-009")
  void localPins(Machine machine, Cpu cpu, Cases cases) {
    verifyNoneIsAccepted(
        machine,
        cpu,
        cases,
        vector -> {
          cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(vector));
          cpu.pulse(LocalLine.LINT0);
        });
    verifyNoneIsAccepted(
        machine,
        cpu,
        cases,
        vector -> {
          cpu.lapic().setLvt(LapicRegister.LVT_LINT1, LvtEntry.fixed(vector));
          cpu.pulse(LocalLine.LINT1);
        });
    verifyNoneIsAccepted(
        machine,
        cpu,
        cases,
        vector -> {
          cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(vector).withLevel(true));
          cpu.line(LocalLine.LINT0, true);
          cpu.line(LocalLine.LINT0, false);
        });
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
    cpu.lapic().setLvt(LapicRegister.LVT_LINT1, LvtEntry.RESET);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ACC-009")
  void errorInterrupt(Machine machine, Cpu cpu, Cases cases) {
    verifyNoneIsAccepted(
        machine,
        cpu,
        cases,
        vector -> {
          cpu.lapic().setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(vector));
          // an error, so that the entry is used
          cpu.lapic().sendSelfIpi(3);
          cpu.lapic().latchErrors();
        });
    cpu.lapic().setLvt(LapicRegister.LVT_ERROR, LvtEntry.RESET);
  }
}
