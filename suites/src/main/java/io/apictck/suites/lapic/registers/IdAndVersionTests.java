package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicVersion;
import io.apictck.arch.Cpuid;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.suites.support.RegisterDump;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Intel SDM Vol. 3A, "Local APIC ID" and "Local APIC Version Register". */
@Conformance
final class IdAndVersionTests {
  private static int initialId(Cpu cpu) {
    return cpu.cpuid(Cpuid.FEATURES).ebx() >>> 24;
  }

  private static void assertIdsAreThoseOfCpuid(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      assertThat(Hex.dword(cpu.lapic().read(LapicRegister.ID)))
          .as("ID register of %s", cpu)
          .isEqualTo(Hex.dword(initialId(cpu) << 24));
      assertThat(initialId(cpu)).as("CPUID.01H:EBX[31:24] of %s", cpu).isEqualTo(cpu.apicId());
    }
    assertThat(machine.cpus().stream().map(cpu -> cpu.lapic().id())).doesNotHaveDuplicates();
  }

  @Test
  @OnMachine(processors = 4)
  @Covers("LAPIC-REG-004")
  void everyProcessorHasTheIdOfCpuid(Machine machine) {
    assertIdsAreThoseOfCpuid(machine);
  }

  @Test
  @OnMachine(
      processors = 4,
      apicIds = {0, 5, 2, 254})
  @Covers("LAPIC-REG-004")
  void idsWithGapsAreNotReplacedByTheOrderOfProcessors(Machine machine) {
    assertIdsAreThoseOfCpuid(machine);
  }

  @Test
  @Records
  @OnMachine(processors = 2)
  @Covers("LAPIC-REG-005")
  void writingTheIdRegister(Machine machine) {
    Cpu cpu = machine.cpu(1);
    int initial = initialId(cpu);
    Map<String, String> before = RegisterDump.of(cpu.lapic(), LapicRegister.ID);
    cpu.lapic().write(LapicRegister.ID, 0x5500_0000);
    machine.observe(
        "ID register after a write of 5500_0000h", Hex.dword(cpu.lapic().read(LapicRegister.ID)));
    assertThat(initialId(cpu)).as("CPUID.01H:EBX[31:24]").isEqualTo(initial);
    assertThat(cpu.cpuid(Cpuid.TOPOLOGY).edx() & 0xFF).as("CPUID.0BH:EDX[7:0]").isEqualTo(initial);
    assertThat(RegisterDump.of(cpu.lapic(), LapicRegister.ID)).isEqualTo(before);
    cpu.lapic().write(LapicRegister.ID, initial << 24);
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("LAPIC-REG-006")
  void theVersionIsThatOfAnIntegratedLocalApic(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      ApicVersion version = cpu.lapic().version();
      machine.observe("version register", Hex.dword(version.raw()));
      assertThat(version.version()).as("version").isBetween(0x10, 0x15);
      assertThat(version.maxLvtEntry()).as("maximum LVT entry").isBetween(3, 6);
      assertThat(Hex.dword(version.raw() & ~LapicRegister.VERSION.definedBits()))
          .as("reserved bits of the version register")
          .isEqualTo(Hex.dword(0));
    }
  }

  @Test
  @Covers("LAPIC-REG-006")
  void writesOfTheVersionRegisterAreIgnored(Cpu cpu) {
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    int version = cpu.lapic().version().raw();
    for (int value : new int[] {~version, 0, -1}) {
      cpu.lapic().write(LapicRegister.VERSION, value);
      assertThat(RegisterDump.of(cpu.lapic()))
          .as("after a write of %s", Hex.dword(value))
          .isEqualTo(before);
    }
  }
}
