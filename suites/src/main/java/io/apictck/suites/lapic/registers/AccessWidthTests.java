package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.RegisterDump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Accesses that are no aligned 32-bit ones are undefined: they are recorded, and must not change
 * other registers (Intel SDM Vol. 3A, "The Local APIC Block Diagram").
 */
@Conformance
final class AccessWidthTests {
  private static final int[] WIDTHS = {1, 2, 4, 8};
  private static final int SLOT = 0x10;
  private static final int IN_SERVICE = 0x41;
  private static final int PENDING = 0x61;

  @Test
  @Records
  @Sweep
  @Covers("LAPIC-REG-003")
  void readsOfEveryWidthAtEveryByteHaveNoSideEffect(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.sendSelfIpi(PENDING);
    Map<String, String> before = RegisterDump.of(lapic, LapicRegister.ESR);
    List<LapicRegister> registers = new ArrayList<>(RegisterDump.readable(lapic));
    registers.add(LapicRegister.EOI);
    cases.each(
        registers,
        register -> {
          for (int width : WIDTHS) {
            for (int at = 0; at + width <= SLOT; at++) {
              cpu.attempt(new Instruction.Load(lapic.address(register) + at, width));
            }
          }
          assertThat(RegisterDump.of(lapic, LapicRegister.ESR)).isEqualTo(before);
        });
    for (int width : WIDTHS) {
      for (int at = 0; at + width <= SLOT; at += width) {
        Attempt attempt =
            cpu.attempt(new Instruction.Load(lapic.address(LapicRegister.SVR) + at, width));
        machine.observe(
            "SVR + " + at + ", " + width + " bytes",
            attempt instanceof Attempt.Succeeded read ? Hex.qword(read.values()[0]) : "faults");
      }
    }
    cpu.finishInterrupt();
    cpu.serve(PENDING);
  }

  @Test
  @Records
  @Sweep
  @Covers("LAPIC-REG-003")
  void writesOfOtherWidthsChangeNoOtherRegister(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.each(
        List.of(LapicRegister.TPR, LapicRegister.LVT_ERROR),
        register -> {
          int reset = lapic.read(register);
          // PPR follows TPR; EOI stands for nothing, since it cannot be read
          LapicRegister follower =
              register == LapicRegister.TPR ? LapicRegister.PPR : LapicRegister.EOI;
          LapicRegister[] changed = {register, follower, LapicRegister.ESR};
          Map<String, String> before = RegisterDump.of(lapic, changed);
          for (int width : WIDTHS) {
            for (int at = 0; at + width <= SLOT; at++) {
              if (width == 4 && at == 0) {
                continue;
              }
              cpu.attempt(
                  new Instruction.Store(
                      lapic.address(register) + at, width, 0x5A5A_5A5A_5A5A_5A5AL));
              assertThat(RegisterDump.of(lapic, changed))
                  .as("after %d bytes at %s + %d", width, register, at)
                  .isEqualTo(before);
              if (lapic.read(register) != reset) {
                machine.observe(
                    width + " bytes at " + register + " + " + at, Hex.dword(lapic.read(register)));
                lapic.write(register, reset);
              }
            }
          }
        });
  }
}
