package io.apictck.suites.lapic.esr;

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
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.Vectors;
import java.util.function.IntConsumer;

/** Errors of the receiver (Intel SDM Vol. 3A, "Error Handling"). */
@Conformance
final class ReceiveErrorTests {
  private static final int LAST_ILLEGAL = Vectors.FIRST - 1;

  /** Each illegal vector is one receive error and nothing else, and no interrupt. */
  private static void verify(Machine machine, Cpu cpu, Cases cases, IntConsumer event) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        0,
        LAST_ILLEGAL,
        vector -> {
          Errors.clear(lapic);
          event.accept(vector);
          machine.expectNothing();
          assertThat(lapic.latchErrors()).as("ESR").isEqualTo(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
          assertThat(lapic).isIdle();
        });
    cpu.cli();
  }

  /** An entry with an illegal vector may be an error already when it is written. */
  private static void verifyLocalEvent(
      Machine machine, Cpu cpu, Cases cases, LapicRegister register, LocalLine line) {
    verify(
        machine,
        cpu,
        cases,
        vector -> {
          cpu.lapic().setLvt(register, LvtEntry.fixed(vector));
          cpu.pulse(line);
        });
    cpu.lapic().setLvt(register, LvtEntry.fixed(Vectors.LAST).withMasked(true));
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ESR-004")
  void messages(Machine machine, Cpu cpu, Cases cases) {
    verify(machine, cpu, cases, vector -> Messages.edge(cpu, vector));
    verify(machine, cpu, cases, vector -> Messages.level(cpu, vector));
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ESR-004")
  void onlyTheReceiverNotices(Machine machine) {
    Cpu target = machine.cpu(1);
    Errors.clear(machine.cpu(0).lapic());
    Errors.clear(target.lapic());
    Messages.edge(target, 7);
    machine.expectNothing();
    assertThat(target.lapic().latchErrors())
        .as("ESR of the receiver")
        .isEqualTo(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    assertThat(machine.cpu(0).lapic().latchErrors()).as("ESR of the other").isZero();
  }

  @InEachApicMode
  @Sweep
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Covers("LAPIC-ESR-004")
  void pins(Machine machine, Cpu cpu, Cases cases) {
    Pin pin = Pin.fromLast(machine, 0);
    verify(
        machine,
        cpu,
        cases,
        vector -> {
          pin.routeEdge(vector, cpu);
          pin.pulse();
        });
    verify(
        machine,
        cpu,
        cases,
        vector -> {
          pin.routeLevel(vector, cpu);
          pin.raise();
          pin.release();
        });
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ESR-004")
  void timer(Machine machine, Cpu cpu, Cases cases) {
    verify(
        machine,
        cpu,
        cases,
        vector -> cpu.lapic().startTimer(TimerMode.ONE_SHOT, vector, TimerDivide.BY_1, 100));
    cpu.lapic().stopTimer();
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("LAPIC-ESR-004")
  void localPins(Machine machine, Cpu cpu, Cases cases) {
    verifyLocalEvent(machine, cpu, cases, LapicRegister.LVT_LINT0, LocalLine.LINT0);
    verifyLocalEvent(machine, cpu, cases, LapicRegister.LVT_LINT1, LocalLine.LINT1);
  }

  @InEachApicMode
  @Sweep
  @Requires(value = Feature.LVT_PERFORMANCE, stimuli = Stimulus.LOCAL_EVENTS)
  @Covers("LAPIC-ESR-004")
  void performanceCounter(Machine machine, Cpu cpu, Cases cases) {
    verifyLocalEvent(machine, cpu, cases, LapicRegister.LVT_PERFORMANCE, LocalLine.PERFORMANCE);
  }

  @InEachApicMode
  @Sweep
  @Requires(value = Feature.LVT_THERMAL, stimuli = Stimulus.LOCAL_EVENTS)
  @Covers("LAPIC-ESR-004")
  void thermalSensor(Machine machine, Cpu cpu, Cases cases) {
    verifyLocalEvent(machine, cpu, cases, LapicRegister.LVT_THERMAL, LocalLine.THERMAL);
  }

  @InEachApicMode
  @Sweep
  @Requires(value = Feature.LVT_CMCI, stimuli = Stimulus.LOCAL_EVENTS)
  @Covers("LAPIC-ESR-004")
  void correctedMachineCheck(Machine machine, Cpu cpu, Cases cases) {
    verifyLocalEvent(machine, cpu, cases, LapicRegister.LVT_CMCI, LocalLine.CMCI);
  }

  /** The vector field counts for Fixed delivery only. */
  @InEachApicMode
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("LAPIC-ESR-004")
  void otherDeliveryModesHaveNoIllegalVector(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Errors.clear(lapic);
    lapic.setLvt(LapicRegister.LVT_LINT1, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.NMI));
    cpu.pulse(LocalLine.LINT1);
    cpu.takeNmi();
    cpu.iret();
    machine.supplyVector(0x30);
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    cpu.line(LocalLine.LINT0, true);
    cpu.sti();
    cpu.takeInterrupt(0x30);
    cpu.line(LocalLine.LINT0, false);
    cpu.iret();
    machine.expectNothing();
    assertThat(lapic.latchErrors()).as("ESR").isZero();
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.RESET);
    lapic.setLvt(LapicRegister.LVT_LINT1, LvtEntry.RESET);
  }

  /** The lowest legal vector is the neighbour of the highest illegal one. */
  @InEachApicMode
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-ESR-004")
  void sixteenIsLegal(Cpu cpu) {
    Errors.clear(cpu.lapic());
    cpu.sti();
    Messages.edge(cpu, Vectors.FIRST);
    cpu.serve(Vectors.FIRST);
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, Vectors.FIRST, TimerDivide.BY_1, 100);
    cpu.serve(Vectors.FIRST);
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(Vectors.FIRST).withMasked(true));
    assertThat(cpu.lapic().latchErrors()).as("ESR").isZero();
  }
}
