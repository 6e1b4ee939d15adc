package io.apictck.suites.lapic.lvt;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
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
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;

/** LINT0 and LINT1 in Fixed mode, edge-triggered (Intel SDM Vol. 3A, "Local Vector Table"). */
@Conformance
@Requires(stimuli = Stimulus.LINT_PINS)
final class LintEdgeTests {
  private static final int VECTOR = 0x73;
  private static final int OTHER_VECTOR = 0x93;
  private static final LvtEntry EDGE = LvtEntry.fixed(VECTOR);

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-LVT-006", "LAPIC-LVT-020"})
  void edgeInterruptsOnce(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.each(
        LocalSource.pins(),
        pin -> {
          cpu.line(pin.line(), false);
          lapic.setLvt(pin.entry(), EDGE);
          for (int transition = 0; transition < 2; transition++) {
            cpu.line(pin.line(), true);
            cpu.takeInterrupt(VECTOR);
            assertThat(lapic).isServicing(VECTOR).requestsNothing().hasTriggerMode(VECTOR, false);
            assertThat(lapic.lvt(pin.entry())).as("%s", pin.entry()).isEqualTo(EDGE);
            cpu.finishInterrupt();
            machine.expectNothing();
            cpu.line(pin.line(), true);
            machine.expectNothing();
            cpu.line(pin.line(), false);
            machine.expectNothing();
          }
          assertThat(lapic).isIdle();
          lapic.setLvt(pin.entry(), LvtEntry.RESET);
        });
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-LVT-006", "LAPIC-LVT-020"})
  void edgesBeforeTheFirstIsTakenCollapse(Machine machine, Cpu cpu, Cases cases) {
    cases.each(
        LocalSource.pins(),
        pin -> {
          cpu.lapic().setLvt(pin.entry(), EDGE);
          pin.signal(cpu);
          pin.signal(cpu);
          machine.expectNothing();
          assertThat(cpu.lapic())
              .requests(VECTOR)
              .isServicingNothing()
              .hasTriggerMode(VECTOR, false);
          assertThat(cpu.lapic().lvt(pin.entry())).as("%s", pin.entry()).isEqualTo(EDGE);
          cpu.sti();
          cpu.takeInterrupt(VECTOR);
          // one more while the first is in service
          pin.signal(cpu);
          pin.signal(cpu);
          machine.settle(() -> !cpu.lapic().irr().isEmpty());
          assertThat(cpu.lapic()).requests(VECTOR).isServicing(VECTOR);
          cpu.finishInterrupt();
          cpu.serve(VECTOR);
          machine.expectNothing();
          cpu.cli();
          cpu.lapic().setLvt(pin.entry(), LvtEntry.RESET);
        });
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-005")
  void edgeWhileMaskedIsForgotten(Machine machine, Cpu cpu, Cases cases) {
    cpu.sti();
    cases.each(
        LocalSource.pins(),
        pin -> {
          cpu.lapic().setLvt(pin.entry(), EDGE.withMasked(true));
          pin.signal(cpu);
          machine.expectNothing();
          cpu.lapic().setLvt(pin.entry(), EDGE);
          machine.expectNothing();
          assertThat(cpu.lapic()).isIdle();
          pin.signal(cpu);
          cpu.serve(VECTOR);
          cpu.lapic().setLvt(pin.entry(), LvtEntry.RESET);
        });
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-LVT-006")
  void pinBelongsToOneProcessor(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    other.lapic().setLvt(LapicRegister.LVT_LINT0, EDGE);
    other.lapic().setLvt(LapicRegister.LVT_LINT1, EDGE);
    var before = RegisterDump.of(other.lapic());
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, EDGE);
    cpu.lapic().setLvt(LapicRegister.LVT_LINT1, LvtEntry.fixed(OTHER_VECTOR));
    cpu.sti();
    other.sti();
    cpu.pulse(LocalLine.LINT0);
    cpu.serve(VECTOR);
    cpu.pulse(LocalLine.LINT1);
    cpu.serve(OTHER_VECTOR);
    machine.expectNothing();
    assertThat(RegisterDump.of(other.lapic()))
        .as("registers of the other processor")
        .isEqualTo(before);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-013")
  void activeLowEdgeIsTheFallingOne(Machine machine, Cpu cpu, Cases cases) {
    cpu.sti();
    cases.each(
        LocalSource.pins(),
        pin -> {
          cpu.line(pin.line(), true);
          cpu.lapic().setLvt(pin.entry(), EDGE.withActiveLow(true));
          machine.expectNothing();
          for (int transition = 0; transition < 2; transition++) {
            cpu.line(pin.line(), false);
            cpu.takeInterrupt(VECTOR);
            assertThat(cpu.lapic()).hasTriggerMode(VECTOR, false);
            cpu.finishInterrupt();
            machine.expectNothing();
            cpu.line(pin.line(), true);
            machine.expectNothing();
          }
          cpu.lapic().setLvt(pin.entry(), LvtEntry.RESET);
          cpu.line(pin.line(), false);
        });
  }
}
