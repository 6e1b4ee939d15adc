package io.apictck.suites.apicbase;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The base field of IA32_APIC_BASE (Intel SDM Vol. 3A, "Relocating the Local APIC Registers"). */
@Conformance
final class RelocationTests {
  private static final int VECTOR = 0x61;
  private static final long MOVED = ApicBase.DEFAULT_ADDRESS + 0x1_0000;

  /** Moves the page, or ends the test as not applicable where the MSR does not take the address. */
  private static void move(Cpu cpu, long address) {
    ApicBase before = cpu.apicBase();
    Attempt attempt = Modes.write(cpu, before.withAddress(address).raw());
    boolean moved = cpu.apicBase().address() == address;
    cpu.machine().observe("the base field can be changed", moved);
    if (attempt instanceof Attempt.Failed) {
      assertThat(Hex.qword(cpu.apicBase().raw()))
          .as("IA32_APIC_BASE")
          .isEqualTo(Hex.qword(before.raw()));
    }
    Assumptions.assumeTrue(moved, "the local APIC registers can be relocated");
  }

  @Test
  @Covers("BASE-REL-001")
  void thePageAnswersAtTheNewAddress(Cpu cpu) {
    int version = cpu.lapic().version().raw();
    cpu.lapic().setTpr(0x20);
    move(cpu, MOVED);
    assertThat(Hex.dword(cpu.lapic().version().raw())).as("version").isEqualTo(Hex.dword(version));
    assertThat(cpu.lapic()).hasTpr(0x20);
    cpu.lapic().setTpr(0x30);
    assertThat(cpu.lapic()).hasTpr(0x30);
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.serve(VECTOR);
  }

  @Test
  @Covers("BASE-REL-001")
  void theOldAddressIsNoLongerTheLocalApic(Machine machine, Cpu cpu) {
    long oldTpr = cpu.lapic().address(LapicRegister.TPR);
    long oldVersion = cpu.lapic().address(LapicRegister.VERSION);
    move(cpu, MOVED);
    cpu.lapic().setTpr(0x30);
    cpu.write32(oldTpr, 0x70);
    assertThat(cpu.lapic()).hasTpr(0x30);
    machine.observe("the old version register reads", Hex.dword(cpu.read32(oldVersion)));

    cpu.setApicBase(cpu.apicBase().withAddress(ApicBase.DEFAULT_ADDRESS));
    assertThat(cpu.lapic()).hasTpr(0x30);
    cpu.write32(MOVED + LapicRegister.TPR.offset(), 0x70);
    assertThat(cpu.lapic()).hasTpr(0x30);
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("BASE-REL-001")
  void eachProcessorHasItsOwnAddress(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    cpu.lapic().setTpr(0x20);
    other.lapic().setTpr(0x40);
    move(other, MOVED);
    assertThat(cpu.lapic()).hasTpr(0x20);
    assertThat(other.lapic()).hasTpr(0x40);
    assertThat(Hex.qword(cpu.apicBase().address()))
        .as("base of the other")
        .isEqualTo(Hex.qword(ApicBase.DEFAULT_ADDRESS));
    other.sti();
    cpu.lapic().sendIpi(other, VECTOR);
    other.serve(VECTOR);
  }

  @Test
  @Covers("BASE-REL-001")
  void movingTheBaseLeavesTheModeAlone(Cpu cpu) {
    cpu.lapic().setTpr(0x20);
    cpu.lapic().sendSelfIpi(VECTOR);
    move(cpu, MOVED);
    Modes.assertInterface(cpu, ApicMode.XAPIC);
    assertThat(cpu.lapic()).hasTpr(0x20).requests(VECTOR);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @Records
  @InMode(ApicMode.X2APIC)
  @Covers("BASE-REL-002")
  void theBaseFieldInX2apicMode(Machine machine, Cpu cpu) {
    cpu.lapic().setTpr(0x20);
    Attempt attempt = Modes.write(cpu, cpu.apicBase().withAddress(MOVED).raw());
    machine.observe(
        "writing the base field in x2APIC mode",
        attempt instanceof Attempt.Failed ? "faults" : "works");
    machine.observe("base in x2APIC mode", Hex.qword(cpu.apicBase().address()));
    Modes.assertInterface(cpu, ApicMode.X2APIC);
    assertThat(cpu.lapic()).hasTpr(0x20);

    cpu.lapic().disableGlobally();
    machine.observe("base while disabled", Hex.qword(cpu.apicBase().address()));
    cpu.setApicBase(cpu.apicBase().withAddress(ApicBase.DEFAULT_ADDRESS).withMode(ApicMode.XAPIC));
    machine.observe("base back in xAPIC mode", Hex.qword(cpu.apicBase().address()));
    Modes.assertInterface(cpu, ApicMode.XAPIC);
  }
}
