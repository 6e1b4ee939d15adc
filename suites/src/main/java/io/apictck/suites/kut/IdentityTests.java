package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.Cpuid;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import org.junit.jupiter.api.Test;

/**
 * APIC ID, base address, and processors with the same ID (apic.c: APIC id, APIC base, aliased xAPIC
 * physical IPI).
 */
@Conformance
final class IdentityTests {
  private static final int MOVED = 0xFED4_0000;
  private static final int ENOUGH = 3;
  private static final int VECTOR = 0xF1;

  private static int initialId(Cpu cpu) {
    return cpu.cpuid(Cpuid.FEATURES).ebx() >>> 24;
  }

  @Test
  @OnMachine(processors = 2)
  @Covers({"LAPIC-REG-004", "LAPIC-REG-005", "BASE-TR-007"})
  @Ports({"KUT-APIC-054", "KUT-APIC-055", "KUT-APIC-059"})
  void xapicIdIsThatOfCpuidAndComesBack(Machine machine) {
    Cpu cpu = machine.cpu(1);
    LocalApic lapic = cpu.lapic();
    int initial = initialId(cpu);
    assertThat(lapic.id()).as("xAPIC ID").isEqualTo(initial);

    lapic.write(LapicRegister.ID, (initial + 1) << 24);
    assertThat(lapic.id()).as("xAPIC ID after a write").isIn(initial, initial + 1);
    machine.observe("xAPIC ID is writable", lapic.id() != initial);
    assertThat(initialId(cpu)).as("CPUID.1:EBX[31:24] after the write").isEqualTo(initial);

    if (machine.features().has(Feature.X2APIC)) {
      lapic.enterX2apic();
    }
    lapic.disableGlobally();
    lapic.enterXapic();
    assertThat(lapic.id()).as("xAPIC ID after disable and enable").isEqualTo(initial);
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(Feature.X2APIC)
  @Covers({"X2-RO-001", "X2-ID-001", "X2-ID-003"})
  @Ports({"KUT-APIC-056", "KUT-APIC-057", "KUT-APIC-058"})
  void x2apicIdIsReadOnlyAndThatOfCpuid(Machine machine) {
    Cpu cpu = machine.cpu(1);
    int initial = initialId(cpu);
    cpu.lapic().write(LapicRegister.ID, (initial + 1) << 24);
    cpu.lapic().enterX2apic();
    assertThat(cpu.attempt(new Instruction.Wrmsr(LapicRegister.ID.msr(), (initial + 1L) << 24)))
        .raisesGeneralProtection();
    int id = cpu.lapic().id();
    assertThat(id & 0xFF).as("low byte of the x2APIC ID").isEqualTo(initial);
    assertThat(id).as("x2APIC ID").isEqualTo(cpu.cpuid(Cpuid.TOPOLOGY).edx());
  }

  @Test
  @Covers({"BASE-REL-001", "BASE-RSV-001"})
  @Ports({"KUT-APIC-060", "KUT-APIC-061", "KUT-APIC-062"})
  void pageMovesAndReservedBitsFault(Machine machine, Cpu cpu) {
    int version = cpu.lapic().version().raw();
    int maxPhyAddr = machine.features().maxPhyAddr();
    ApicBase original = cpu.apicBase();
    cpu.lapic().disableGlobally();
    if (!(cpu.attempt(
            new Instruction.Wrmsr(
                Msr.IA32_APIC_BASE, original.withAddress(MOVED & 0xFFFF_FFFFL).raw()))
        instanceof Attempt.Succeeded)) {
      // an optional feature: some implementations refuse to move the page
      machine.observe("relocation", "refused with #GP");
    } else {
      assertThat(Hex.dword(cpu.read32((MOVED & 0xFFFF_FFFFL) + LapicRegister.VERSION.offset())))
          .as("version at the new place")
          .isEqualTo(Hex.dword(version));
    }
    ApicBase moved = cpu.apicBase();
    for (long reserved : new long[] {1L << maxPhyAddr, 1}) {
      assertThat(cpu.attempt(new Instruction.Wrmsr(Msr.IA32_APIC_BASE, original.raw() | reserved)))
          .raisesGeneralProtection();
      assertThat(cpu.apicBase()).isEqualTo(moved);
    }
    cpu.setApicBase(original);
    assertThat(Hex.dword(cpu.lapic().version().raw())).isEqualTo(Hex.dword(version));
  }

  @Test
  @OnMachine(processors = 2)
  @Records
  @Sweep
  @Covers("LAPIC-REG-005")
  @Ports("KUT-APIC-063")
  void recordsWhetherProcessorsWithTheSameIdBothReceive(Machine machine, Cpu cpu, Cases cases) {
    Cpu other = machine.cpu(1);
    int[] original = {cpu.lapic().id(), other.lapic().id()};
    for (Cpu each : machine.cpus().subList(0, 2)) {
      each.lapic().write(LapicRegister.ID, 0);
    }
    if (other.lapic().id() != 0) {
      machine.observe(
          "aliased xAPIC IDs", "the ID register is read-only: no two processors can have the same");
      assertThat(other.lapic().id()).isEqualTo(original[1]);
      return;
    }
    int[] received = {0};
    InterruptHandler takesNextId =
        (self, frame) -> {
          received[0]++;
          int id = self.lapic().id();
          self.lapic()
              .write(LapicRegister.ID, (id == 0xFF ? original[self.index()] : id + 1) << 24);
          self.finishInterrupt();
        };
    cpu.onInterrupt(VECTOR, takesNextId);
    other.onInterrupt(VECTOR, takesNextId);
    cpu.sti();
    other.sti();
    int[] mismatches = {0};
    cases.range(
        0,
        0xFF,
        id -> {
          if (mismatches[0] == ENOUGH) {
            return; // each costs the platform's patience
          }
          received[0] = 0;
          cpu.lapic()
              .send(InterruptCommand.fixed(VECTOR).withLevelAssert(false).withDestination(id));
          machine.settle(() -> received[0] >= 2);
          if (received[0] != 2) {
            mismatches[0]++;
          }
        });
    machine.observe(
        "physical IPIs to two processors with the same ID that not both received, "
            + ENOUGH
            + " at most",
        mismatches[0]);
  }
}
