package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Writes to read-only registers of the page change nothing (Intel SDM Vol. 3A, "The Local APIC
 * Block Diagram").
 */
@Conformance
final class ReadOnlyRegisterTests {
  private static final int IN_SERVICE = 0x41;
  private static final int PENDING = 0x61;
  private static final int LEVEL = 0x72;
  private static final int[] VALUES = {-1, 0, 0x5A5A_5A5A};

  @Test
  @Sweep
  @Covers("LAPIC-REG-010")
  void isrTmrAndIrrIgnoreWrites(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.sendSelfIpi(PENDING);
    ignoresWrites(lapic, cases);
    assertThat(lapic).isServicing(IN_SERVICE).requests(PENDING);
    cpu.finishInterrupt();
    cpu.serve(PENDING);
    machine.expectNothing();
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("LAPIC-REG-010")
  void aTriggerModeBitIgnoresWrites(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(LEVEL).withLevel(true));
    cpu.line(LocalLine.LINT0, true);
    ignoresWrites(lapic, cases);
    assertThat(lapic.tmr()).isEqualTo(VectorSet.of(LEVEL));
    cpu.sti();
    cpu.takeInterrupt(LEVEL);
    cpu.line(LocalLine.LINT0, false);
    cpu.finishInterrupt();
  }

  private static void ignoresWrites(LocalApic lapic, Cases cases) {
    Map<String, String> before = RegisterDump.of(lapic);
    for (LapicRegister register :
        List.of(LapicRegister.ISR, LapicRegister.TMR, LapicRegister.IRR)) {
      cases.range(
          0,
          register.count() - 1,
          number -> {
            for (int value : VALUES) {
              lapic.cpu().write32(lapic.address() + register.offset(number), value);
              assertThat(RegisterDump.of(lapic))
                  .as("after a write of %s to %s", Hex.dword(value), register)
                  .isEqualTo(before);
            }
          });
    }
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-REG-010")
  void theLowestSixteenVectorsAreNeverThere(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.range(
        0,
        0xF,
        vector -> {
          lapic.sendSelfIpi(vector);
          for (LapicRegister register :
              List.of(LapicRegister.ISR, LapicRegister.TMR, LapicRegister.IRR)) {
            assertThat(lapic.read(register, 0) & 0xFFFF).as("bits 15:0 of %s", register).isZero();
          }
        });
  }

  @Test
  @Covers("LAPIC-REG-011")
  void ppr(Cpu cpu) {
    cpu.lapic().setTpr(0x20);
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    for (int value : new int[] {0xFF, 0, 0x55}) {
      cpu.lapic().write(LapicRegister.PPR, value);
      assertThat(cpu.lapic()).hasPpr(0x20);
    }
    assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(before);
  }

  @Test
  @Covers("LAPIC-REG-013")
  void theCurrentCountOfAStoppedTimer(Cpu cpu) {
    for (int value : VALUES) {
      cpu.lapic().write(LapicRegister.CURRENT_COUNT, value);
      assertThat(cpu.lapic().currentCount()).as("current count").isZero();
      assertThat(cpu.lapic().read(LapicRegister.INITIAL_COUNT)).as("initial count").isZero();
    }
  }

  @Test
  @Requires(virtualTime = true)
  @Covers("LAPIC-REG-013")
  void theCurrentCountOfARunningTimer(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    int start = 1_000_000;
    lapic.startTimer(TimerMode.ONE_SHOT, PENDING, TimerDivide.BY_128, start);
    for (int value : new int[] {-1, 0, 5, 1}) {
      long before = lapic.currentCount();
      lapic.write(LapicRegister.CURRENT_COUNT, value);
      // a few instructions are less than a handful of counts of the slowest divider
      assertThat(lapic.currentCount())
          .as("current count after %s", Hex.dword(value))
          .isBetween(before - 8, before);
    }
    lapic.stopTimer();
  }

  @Test
  @Covers("LAPIC-REG-013")
  void aWriteOfTheCurrentCountDoesNotStopTheTimer(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.startTimer(TimerMode.ONE_SHOT, PENDING, TimerDivide.BY_1, 10_000_000);
    lapic.write(LapicRegister.CURRENT_COUNT, 0);
    assertThat(lapic.currentCount()).as("current count").isPositive();
    cpu.sti();
    cpu.serve(PENDING);
  }
}
