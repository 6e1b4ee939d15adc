package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.RegisterDump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The register page is dead in x2APIC mode (Intel SDM Vol. 3A, "x2APIC Register Availability"). */
@Conformance
@InMode(ApicMode.X2APIC)
final class RegisterPageTests {
  private static final int IN_SERVICE = 0x41;
  private static final int VECTOR = 0x61;

  @Test
  @Covers("X2-MAP-004")
  void writesChangeNoRegister(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setTpr(0x20);
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.sendSelfIpi(VECTOR);
    Map<String, String> before = RegisterDump.of(lapic);
    for (int value : new int[] {0, -1, LvtEntry.fixed(VECTOR).raw()}) {
      for (int offset = 0; offset < LapicRegister.PAGE_SIZE; offset += 0x10) {
        cpu.write32(lapic.address() + offset, value);
      }
      assertThat(RegisterDump.of(lapic))
          .as("registers after the page was filled with %s", Hex.dword(value))
          .isEqualTo(before);
    }
    cpu.finishInterrupt();
    cpu.serve(VECTOR);
    assertThat(lapic).hasNoErrors();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("X2-MAP-004")
  void writesSendNoInterrupt(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    machine.cpus().forEach(Cpu::sti);
    cpu.write32(lapic.address(LapicRegister.ICR_HIGH), machine.cpu(1).apicId() << 24);
    for (Shorthand shorthand : Shorthand.values()) {
      cpu.write32(
          lapic.address(LapicRegister.ICR),
          InterruptCommand.fixed(VECTOR).withShorthand(shorthand).low());
    }
    cpu.write32(lapic.address(LapicRegister.SELF_IPI), VECTOR);
    cpu.write32(lapic.address(LapicRegister.LVT_TIMER), LvtEntry.fixed(VECTOR).raw());
    cpu.write32(lapic.address(LapicRegister.INITIAL_COUNT), 1000);
    machine.expectNothing();
  }

  @Test
  @Covers("X2-MAP-004")
  void readsDoNotShowTheRegisters(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setTpr(0x20);
    List<String> registers = new ArrayList<>();
    List<String> page = new ArrayList<>();
    for (LapicRegister register : RegisterDump.readable(lapic)) {
      registers.add(Hex.dword(lapic.read(register)));
      page.add(Hex.dword(cpu.read32(lapic.address(register))));
    }
    machine.observe(
        "page offset 30h reads", Hex.dword(cpu.read32(lapic.address(LapicRegister.VERSION))));
    assertThat(page).as("what stands at the registers' addresses").isNotEqualTo(registers);
    assertThat(lapic).hasNoErrors();
  }
}
