package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.Cpuid;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.Startup;
import io.apictck.suites.support.X2apicLogicalId;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The x2APIC ID and the logical ID derived from it (Intel SDM Vol. 3A, "x2APIC ID", "Logical
 * Destination Mode in x2APIC Mode").
 */
@Conformance
@Requires(Feature.X2APIC)
final class IdentityTests {
  /** Worked out by hand: cluster ID[19:4], member bit ID[3:0]. */
  private static final Map<Integer, Integer> LOGICAL_IDS =
      Map.ofEntries(
          Map.entry(0, 0x0000_0001),
          Map.entry(1, 0x0000_0002),
          Map.entry(2, 0x0000_0004),
          Map.entry(15, 0x0000_8000),
          Map.entry(16, 0x0001_0001),
          Map.entry(17, 0x0001_0002),
          Map.entry(0x12, 0x0001_0004),
          Map.entry(31, 0x0001_8000),
          Map.entry(254, 0x000F_4000),
          Map.entry(255, 0x000F_8000),
          Map.entry(256, 0x0010_0001),
          Map.entry(0x1234, 0x0123_0010));

  private static void assertIdentity(Cpu cpu) {
    int id = cpu.cpuid(Cpuid.TOPOLOGY).edx();
    assertThat(Hex.dword(id)).as("CPUID.0BH:EDX of %s", cpu).isEqualTo(Hex.dword(cpu.apicId()));
    assertThat(cpu.cpuid(Cpuid.FEATURES).ebx() >>> 24)
        .as("CPUID.01H:EBX[31:24]")
        .isEqualTo(id & 0xFF);
    cpu.lapic().enterX2apic();
    assertThat(Hex.dword(cpu.cpuid(Cpuid.TOPOLOGY).edx()))
        .as("CPUID.0BH:EDX in x2APIC mode")
        .isEqualTo(Hex.dword(id));
    assertThat(Hex.qword(cpu.rdmsr(LapicRegister.ID.msr())))
        .as("MSR 802h of %s", cpu)
        .isEqualTo(Hex.qword(Integer.toUnsignedLong(id)));
  }

  private static void assertLogicalId(Cpu cpu, int expected) {
    assertThat(Hex.qword(cpu.rdmsr(LapicRegister.LDR.msr())))
        .as("MSR 80Dh of the processor with APIC ID %s", Integer.toHexString(cpu.apicId()))
        .isEqualTo(Hex.dword(expected));
  }

  @Test
  @OnMachine(processors = 4)
  @Covers("X2-ID-001")
  void theIdIsThatOfCpuid(Machine machine) {
    machine.cpus().forEach(IdentityTests::assertIdentity);
    assertThat(machine.cpus().stream().map(cpu -> cpu.lapic().id())).doesNotHaveDuplicates();
  }

  @Test
  @OnMachine(
      processors = 9,
      apicIds = {0, 1, 15, 16, 17, 31, 255, 256, 0x1234})
  @InMode(ApicMode.X2APIC)
  @Covers("X2-ID-001")
  void theIdHas32Bits(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      assertThat(Hex.qword(cpu.rdmsr(LapicRegister.ID.msr())))
          .as("MSR 802h of %s", cpu)
          .isEqualTo(Hex.qword(cpu.apicId()));
      assertThat(Hex.dword(cpu.cpuid(Cpuid.TOPOLOGY).edx()))
          .as("CPUID.0BH:EDX of %s", cpu)
          .isEqualTo(Hex.dword(cpu.apicId()));
      assertThat(cpu.cpuid(Cpuid.FEATURES).ebx() >>> 24)
          .as("CPUID.01H:EBX[31:24] of %s", cpu)
          .isEqualTo(cpu.apicId() & 0xFF);
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(processors = 4)
  @Covers("X2-ID-002")
  void theLogicalIdIsDerivedFromTheId(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      assertLogicalId(cpu, X2apicLogicalId.of(cpu.apicId()));
    }
  }

  @Test
  @OnMachine(
      processors = 9,
      apicIds = {0, 1, 15, 16, 17, 31, 255, 256, 0x1234})
  @InMode(ApicMode.X2APIC)
  @Covers("X2-ID-002")
  void theLogicalIdOfEveryKindOfId(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      assertLogicalId(cpu, LOGICAL_IDS.get(cpu.apicId()));
    }
  }

  @Test
  @OnMachine(
      processors = 5,
      apicIds = {0, 2, 17, 0x12, 254})
  @InMode(ApicMode.X2APIC)
  @Covers({"X2-ID-001", "X2-ID-002"})
  void idsComeFromTheHardwareAndNotFromTheOrderOfProcessors(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      assertThat(cpu.lapic().id()).as("x2APIC ID of %s", cpu).isEqualTo(cpu.apicId());
      assertLogicalId(cpu, LOGICAL_IDS.get(cpu.apicId()));
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(processors = 2)
  @Covers({"X2-ID-001", "X2-ID-002"})
  void initKeepsIdAndLogicalId(Machine machine, Cpu bsp) {
    Cpu cpu = machine.cpu(1);
    Startup.restart(bsp, cpu);
    assertThat(cpu.lapic().id()).as("x2APIC ID").isEqualTo(cpu.apicId());
    assertLogicalId(cpu, X2apicLogicalId.of(cpu.apicId()));
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("X2-ID-003")
  void theIdDoesNotFollowTheXapicIdRegister(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      cpu.lapic().write(LapicRegister.ID, (cpu.apicId() ^ 0x55) << 24);
      machine.observe("xAPIC ID is writable", cpu.lapic().id() != cpu.apicId());
      cpu.lapic().enterX2apic();
      assertThat(cpu.lapic().id()).as("x2APIC ID").isEqualTo(cpu.apicId());
      assertLogicalId(cpu, X2apicLogicalId.of(cpu.apicId()));
    }
    machine.cpu(1).sti();
    machine.cpu(0).lapic().sendIpi(machine.cpu(1), 0x61);
    machine.cpu(1).serve(0x61);
  }
}
