package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What software disable does to registers (Intel SDM Vol. 3A, "Local APIC State After It Has Been
 * Software Disabled").
 */
@Conformance
final class SoftwareDisableTests {
  private static final int IN_SERVICE = 0x41;
  private static final int PENDING = 0x60;
  private static final LvtEntry UNMASKED = LvtEntry.fixed(0x90);

  private static List<LapicRegister> lvtEntries(LocalApic lapic) {
    return RegisterDump.readable(lapic).stream().filter(LapicRegister::isLvt).toList();
  }

  private static void assertEntry(LocalApic lapic, LapicRegister register, LvtEntry expected) {
    assertThat(Hex.dword(lapic.lvt(register).raw()))
        .as("%s", register)
        .isEqualTo(Hex.dword(expected.raw()));
  }

  @InEachApicMode
  @Covers({"LAPIC-REG-014", "LAPIC-REG-015", "LAPIC-REG-020"})
  void masksEveryLvtEntryUntilSoftwareUnmasksIt(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    List<LapicRegister> entries = lvtEntries(lapic);
    for (LapicRegister register : entries) {
      lapic.setLvt(register, UNMASKED);
      assertEntry(lapic, register, UNMASKED);
    }
    Map<String, String> others = others(lapic, entries);
    lapic.setEnabled(false);
    for (LapicRegister register : entries) {
      assertEntry(lapic, register, UNMASKED.withMasked(true));
    }
    for (LapicRegister register : entries) {
      // the mask stays, the rest can be changed
      lapic.setLvt(register, UNMASKED.withVector(0x44));
      assertEntry(lapic, register, UNMASKED.withVector(0x44).withMasked(true));
    }
    lapic.setEnabled(true);
    for (LapicRegister register : entries) {
      assertEntry(lapic, register, UNMASKED.withVector(0x44).withMasked(true));
    }
    assertThat(others(lapic, entries)).as("other registers").isEqualTo(others);
    for (LapicRegister register : entries) {
      lapic.setLvt(register, UNMASKED);
      assertEntry(lapic, register, UNMASKED);
      lapic.setLvt(register, LvtEntry.RESET);
    }
  }

  private static Map<String, String> others(LocalApic lapic, List<LapicRegister> entries) {
    return RegisterDump.of(lapic, entries.toArray(LapicRegister[]::new));
  }

  @InEachApicMode
  @Covers("LAPIC-REG-014")
  void silencesARunningTimer(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    lapic.setLvt(
        LapicRegister.LVT_TIMER, LvtEntry.fixed(PENDING).withTimerMode(TimerMode.PERIODIC));
    // in one block: in real time it would expire in between
    cpu.run(
        List.of(
            lapic.writing(LapicRegister.INITIAL_COUNT, 1_000_000),
            lapic.writing(LapicRegister.SVR, lapic.svr().withEnabled(false).raw())));
    cpu.sti();
    // each time more than two periods of the slowest input clock, 25 MHz
    machine.elapse(Duration.ofMillis(100));
    machine.expectNothing();
    lapic.setEnabled(true);
    machine.elapse(Duration.ofMillis(100));
    machine.expectNothing();
    lapic.stopTimer();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers({"LAPIC-REG-014", "LAPIC-REG-015"})
  void silencesThePins(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(PENDING));
    cpu.sti();
    cpu.pulse(LocalLine.LINT0);
    cpu.serve(PENDING);
    lapic.setEnabled(false);
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(PENDING));
    cpu.pulse(LocalLine.LINT0);
    machine.expectNothing();
    lapic.setEnabled(true);
    cpu.pulse(LocalLine.LINT0);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("LAPIC-REG-018")
  void keepsWhatIsPendingAndInService(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.sendSelfIpi(PENDING);
    lapic.setEnabled(false);
    assertThat(lapic).isServicing(IN_SERVICE).requests(PENDING);
    machine.expectNothing();
    assertThat(lapic).isServicing(IN_SERVICE).requests(PENDING);
    lapic.setEnabled(true);
    assertThat(lapic).isServicing(IN_SERVICE).requests(PENDING);
    cpu.finishInterrupt();
    cpu.serve(PENDING);
    machine.expectNothing();
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-REG-018")
  void deliversWhatIsPendingExactlyOnce(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Counter counter = cpu.countInterrupts(PENDING);
    lapic.sendSelfIpi(PENDING);
    lapic.setEnabled(false);
    cpu.sti();
    machine.expectNothing();
    machine.observe("delivered while software-disabled", counter.count() != 0);
    assertThat(counter.count()).as("interrupts while disabled").isLessThanOrEqualTo(1);
    lapic.setEnabled(true);
    machine.expectNothing();
    assertThat(counter.count()).as("interrupts in all").isEqualTo(1);
    assertThat(lapic).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-REG-018")
  void anInterruptInServiceCanBeEnded(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.setEnabled(false);
    lapic.eoi();
    assertThat(lapic).isIdle();
    cpu.iret();
  }

  @InEachApicMode
  @Covers("LAPIC-REG-020")
  void canBeEnabledAgainAnyNumberOfTimes(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(PENDING));
    cpu.sti();
    for (int round = 0; round < 10; round++) {
      lapic.setEnabled(false);
      lapic.setEnabled(true);
      lapic.sendSelfIpi(IN_SERVICE);
      cpu.serve(IN_SERVICE);
      assertThat(lapic.lvt(LapicRegister.LVT_TIMER).masked()).as("LVT timer masked").isTrue();
    }
    lapic.write(LapicRegister.INITIAL_COUNT, 1000);
    machine.expectNothing();
    lapic.startTimer(TimerMode.ONE_SHOT, PENDING, TimerDivide.BY_1, 1000);
    cpu.serve(PENDING);
  }
}
