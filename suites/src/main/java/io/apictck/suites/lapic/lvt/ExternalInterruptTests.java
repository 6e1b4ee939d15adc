package io.apictck.suites.lapic.lvt;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
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
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.RegisterDump;
import java.util.List;

/**
 * LINT0 in ExtINT mode: an external interrupt controller supplies the vector (Intel SDM Vol. 3A,
 * "Local Vector Table").
 */
@Conformance
@Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
final class ExternalInterruptTests {
  private static final LocalSource PIN = LocalSource.LINT0;
  private static final int SUPPLIED = 0x33;
  private static final int FIRST_USABLE = 0x20;
  private static final LvtEntry EXTERNAL =
      LvtEntry.fixed(0x77).withDeliveryMode(DeliveryMode.EXT_INT);

  private static void prepare(Machine machine, Cpu cpu, LvtEntry entry) {
    cpu.line(PIN.line(), false);
    machine.supplyVector(SUPPLIED);
    cpu.lapic().setLvt(PIN.entry(), entry);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-009")
  void isSensedByLevelAndPassesTheLocalApicBy(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.each(
        List.of(
            EXTERNAL,
            EXTERNAL.withLevel(true),
            EXTERNAL.withVector(0),
            EXTERNAL.withVector(SUPPLIED)),
        entry -> {
          prepare(machine, cpu, entry);
          var before = RegisterDump.of(lapic);
          cpu.line(PIN.line(), true);
          machine.expectNothing();
          assertThat(RegisterDump.of(lapic)).as("registers while it waits").isEqualTo(before);
          cpu.sti();
          for (int i = 0; i < 3; i++) {
            cpu.takeInterrupt(SUPPLIED);
            assertThat(RegisterDump.of(lapic)).as("registers in the handler").isEqualTo(before);
            // no EOI: it comes again as long as the pin is active
            cpu.iret();
          }
          cpu.takeInterrupt(SUPPLIED);
          cpu.line(PIN.line(), false);
          cpu.iret();
          machine.expectNothing();
          assertThat(RegisterDump.of(lapic)).as("registers afterwards").isEqualTo(before);
          cpu.cli();
          lapic.setLvt(PIN.entry(), LvtEntry.RESET);
        });
    assertThat(lapic).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-009")
  void vectorIsTheSuppliedOne(Machine machine, Cpu cpu, Cases cases) {
    prepare(machine, cpu, EXTERNAL);
    cpu.sti();
    cases.range(
        FIRST_USABLE,
        0xFF,
        vector -> {
          machine.supplyVector(vector);
          cpu.line(PIN.line(), true);
          cpu.takeInterrupt(vector);
          cpu.line(PIN.line(), false);
          LapicState state = LapicState.of(cpu.lapic());
          assertThat(state.irr()).as("IRR").isEmptySet();
          assertThat(state.isr()).as("ISR").isEmptySet();
          assertThat(state.tmr()).as("TMR").isEmptySet();
          assertThat(state.ppr()).as("PPR").isZero();
          cpu.iret();
        });
    machine.expectNothing();
    assertThat(cpu.lapic()).hasNoErrors();
  }

  @InEachApicMode
  @Covers("LAPIC-LVT-009")
  void pinThatDropsInTimeInterruptsNobody(Machine machine, Cpu cpu) {
    prepare(machine, cpu, EXTERNAL);
    cpu.pulse(PIN.line());
    cpu.pulse(PIN.line());
    cpu.sti();
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers({"LAPIC-LVT-009", "LAPIC-LVT-005"})
  void maskHoldsItBackWithoutForgetting(Machine machine, Cpu cpu) {
    prepare(machine, cpu, EXTERNAL.withMasked(true));
    cpu.sti();
    cpu.line(PIN.line(), true);
    machine.expectNothing();
    cpu.lapic().setLvt(PIN.entry(), EXTERNAL);
    cpu.takeInterrupt(SUPPLIED);
    cpu.lapic().setLvt(PIN.entry(), EXTERNAL.withMasked(true));
    cpu.iret();
    machine.expectNothing();
    cpu.line(PIN.line(), false);
    cpu.lapic().setLvt(PIN.entry(), EXTERNAL);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers({"LAPIC-LVT-009", "LAPIC-LVT-012"})
  void neitherPriorityNorServiceHoldsItBack(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    prepare(machine, cpu, EXTERNAL);
    cpu.sti();
    lapic.sendSelfIpi(0xF1);
    cpu.takeInterrupt(0xF1);
    lapic.setTpr(0xFF);
    cpu.line(PIN.line(), true);
    // in the handler IF=0
    machine.expectNothing();
    cpu.sti();
    cpu.takeInterrupt(SUPPLIED);
    cpu.line(PIN.line(), false);
    assertThat(lapic).isServicing(0xF1).requestsNothing().hasPpr(0xFF);
    cpu.iret();
    assertThat(lapic).isServicing(0xF1).requestsNothing();
    lapic.setTpr(0);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-LVT-009")
  void onlyTheProcessorWithThePinTakesIt(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    prepare(machine, other, EXTERNAL);
    cpu.sti();
    other.sti();
    other.line(PIN.line(), true);
    other.takeInterrupt(SUPPLIED);
    other.line(PIN.line(), false);
    other.iret();
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    assertThat(other.lapic()).isIdle();
  }
}
