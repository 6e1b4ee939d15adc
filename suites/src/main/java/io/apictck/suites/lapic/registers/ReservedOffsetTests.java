package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.RegisterDump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Offsets of the page where there is no register (Intel SDM Vol. 3A, "The Local APIC Block
 * Diagram", "Error Handling").
 */
@Conformance
final class ReservedOffsetTests {
  private static final int IN_SERVICE = 0x41;
  private static final int PENDING = 0x61;
  private static final int[] VALUES = {0, PENDING + 1, -1};

  /** The slots that are empty in xAPIC mode; that of SELF IPI is one of them. */
  private static List<Integer> reservedOffsets() {
    List<Integer> offsets = new ArrayList<>();
    for (int offset = 0; offset < LapicRegister.PAGE_SIZE; offset += 0x10) {
      if (LapicRegister.at(offset)
          .filter(register -> register != LapicRegister.SELF_IPI)
          .isEmpty()) {
        offsets.add(offset);
      }
    }
    return offsets;
  }

  @Test
  @Sweep
  @Covers("LAPIC-REG-021")
  void readsAndWritesChangeNoOtherRegister(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.sendSelfIpi(PENDING);
    lapic.setTpr(0x35);
    Map<String, String> before = RegisterDump.of(lapic, LapicRegister.ESR);
    cases.each(
        reservedOffsets(),
        offset -> {
          int seen = cpu.read32(lapic.address() + offset);
          if (seen != 0) {
            machine.observe("offset " + Integer.toHexString(offset) + "h reads", Hex.dword(seen));
          }
          for (int value : VALUES) {
            cpu.write32(lapic.address() + offset, value);
          }
          assertThat(RegisterDump.of(lapic, LapicRegister.ESR))
              .as("after accesses to offset %s", Integer.toHexString(offset))
              .isEqualTo(before);
        });
    cpu.finishInterrupt();
    cpu.serve(PENDING);
    machine.expectNothing();
  }

  @Test
  @Covers("LAPIC-REG-021")
  void theSelfIpiOffsetSendsNothingInXapicMode(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.write32(cpu.lapic().address(LapicRegister.SELF_IPI), PENDING);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Records
  @Covers("LAPIC-REG-022")
  void arbitrationPriorityAndRemoteRead(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setTpr(0x35);
    Map<String, String> before = RegisterDump.of(lapic);
    for (LapicRegister register : List.of(LapicRegister.APR, LapicRegister.RRD)) {
      machine.observe(register + " reads", Hex.dword(lapic.read(register)));
      lapic.write(register, -1);
      int errors = lapic.latchErrors();
      machine.observe(
          "ESR bit 7 after " + register, (errors & ErrorStatus.ILLEGAL_REGISTER_ADDRESS) != 0);
      lapic.latchErrors();
    }
    assertThat(RegisterDump.of(lapic)).isEqualTo(before);
  }
}
