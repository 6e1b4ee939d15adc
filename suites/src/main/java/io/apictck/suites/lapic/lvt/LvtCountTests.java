package io.apictck.suites.lapic.lvt;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.RegisterDump;

/**
 * Which entries there are (Intel SDM Vol. 3A, "Local APIC Version Register" and "Local Vector
 * Table").
 */
@Conformance
final class LvtCountTests {
  private static final LvtEntry WRITTEN = LvtEntry.fixed(0xE1).withMasked(true);

  /** Entries up to the count are registers, those beyond it are reserved addresses. */
  private static void verifyEntries(Machine machine, Cpu cpu, int least, int most) {
    LocalApic lapic = cpu.lapic();
    assertThat(lapic.version().maxLvtEntry())
        .as("version register, bits 23:16")
        .isBetween(least, most);
    for (LapicRegister entry : Entries.known()) {
      if (Entries.has(lapic, entry)) {
        lapic.setLvt(entry, WRITTEN);
        assertThat(lapic.lvt(entry)).as("%s", entry).isEqualTo(WRITTEN);
        lapic.setLvt(entry, LvtEntry.RESET);
      } else if (lapic.mode() == ApicMode.X2APIC) {
        assertThat(cpu.attempt(lapic.writing(entry, WRITTEN.raw())))
            .as("WRMSR of %s", entry)
            .raisesGeneralProtection();
        assertThat(cpu.attempt(lapic.reading(entry)))
            .as("RDMSR of %s", entry)
            .raisesGeneralProtection();
      } else {
        verifyReserved(machine, lapic, entry);
      }
    }
    assertThat(lapic).isIdle();
  }

  private static void verifyReserved(Machine machine, LocalApic lapic, LapicRegister entry) {
    lapic.latchErrors();
    var before = RegisterDump.of(lapic, LapicRegister.ESR);
    lapic.setLvt(entry, WRITTEN);
    assertThat(lapic.read(entry))
        .as("what stands in place of %s", entry)
        .isNotEqualTo(WRITTEN.raw());
    assertThat(RegisterDump.of(lapic, LapicRegister.ESR)).as("registers").isEqualTo(before);
    int errors = lapic.latchErrors();
    assertThat(errors & ~ErrorStatus.ILLEGAL_REGISTER_ADDRESS).as("other errors").isZero();
    machine.observe("access in place of " + entry + " is an error", errors != 0);
  }

  @InEachApicMode
  @Covers("LAPIC-LVT-004")
  void areAsManyAsTheVersionSays(Machine machine, Cpu cpu) {
    verifyEntries(
        machine, cpu, LapicRegister.LVT_TIMER.lvtIndex(), LapicRegister.LVT_CMCI.lvtIndex());
  }

  @InEachApicMode
  @OnMachine(without = Feature.LVT_CMCI)
  @Covers("LAPIC-LVT-004")
  void withoutCmci(Machine machine, Cpu cpu) {
    verifyEntries(
        machine, cpu, LapicRegister.LVT_TIMER.lvtIndex(), LapicRegister.LVT_THERMAL.lvtIndex());
  }

  @InEachApicMode
  @OnMachine(without = {Feature.LVT_CMCI, Feature.LVT_THERMAL})
  @Covers("LAPIC-LVT-004")
  void withoutThermal(Machine machine, Cpu cpu) {
    verifyEntries(
        machine, cpu, LapicRegister.LVT_TIMER.lvtIndex(), LapicRegister.LVT_PERFORMANCE.lvtIndex());
  }

  @InEachApicMode
  @OnMachine(without = {Feature.LVT_CMCI, Feature.LVT_THERMAL, Feature.LVT_PERFORMANCE})
  @Covers("LAPIC-LVT-004")
  void withoutPerformance(Machine machine, Cpu cpu) {
    verifyEntries(
        machine, cpu, LapicRegister.LVT_TIMER.lvtIndex(), LapicRegister.LVT_TIMER.lvtIndex());
  }
}
