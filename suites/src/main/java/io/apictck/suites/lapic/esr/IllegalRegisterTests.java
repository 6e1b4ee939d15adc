package io.apictck.suites.lapic.esr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.RegisterDump;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Accesses to reserved registers (Intel SDM Vol. 3A, "Error Handling"). */
@Conformance
final class IllegalRegisterTests {
  /** From here on the page has no registers; some processors of other vendors have their own. */
  private static final int END = 0x400;

  private static final int SLOT = 0x10;

  private static List<String> reservedSlots() {
    return IntStream.iterate(0, offset -> offset < END, offset -> offset + SLOT)
        .filter(offset -> LapicRegister.at(offset).isEmpty())
        .mapToObj(Integer::toHexString)
        .toList();
  }

  @Test
  @Sweep
  @Covers("LAPIC-ESR-006")
  void readingAReservedOffsetIsAnError(LocalApic lapic, Cases cases) {
    cases.each(
        reservedSlots(),
        offset -> {
          Errors.clear(lapic);
          lapic.readOffset(Integer.parseInt(offset, 16));
          assertThat(lapic.latchErrors()).as("ESR").isEqualTo(ErrorStatus.ILLEGAL_REGISTER_ADDRESS);
          assertThat(lapic.latchErrors()).as("ESR after another write").isZero();
        });
  }

  @Test
  @Sweep
  @Covers("LAPIC-ESR-006")
  void writingAReservedOffsetIsAnErrorAndChangesNothing(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    var before = RegisterDump.of(lapic);
    cases.each(
        reservedSlots(),
        offset -> {
          Errors.clear(lapic);
          cpu.run(lapic.writing(Integer.parseInt(offset, 16), 0xFFFF_FFFFL));
          assertThat(lapic.latchErrors()).as("ESR").isEqualTo(ErrorStatus.ILLEGAL_REGISTER_ADDRESS);
        });
    Errors.clear(lapic);
    assertThat(RegisterDump.of(lapic)).as("registers").isEqualTo(before);
  }

  @Test
  @Sweep
  @Covers("LAPIC-ESR-006")
  void absentLvtEntriesAreReserved(LocalApic lapic, Cases cases) {
    int maxLvtEntry = lapic.version().maxLvtEntry();
    cases.each(
        List.of(LapicRegister.LVT_PERFORMANCE, LapicRegister.LVT_THERMAL, LapicRegister.LVT_CMCI),
        register -> {
          Errors.clear(lapic);
          lapic.read(register);
          assertThat(lapic.latchErrors())
              .as("ESR")
              .isEqualTo(
                  register.lvtIndex() > maxLvtEntry ? ErrorStatus.ILLEGAL_REGISTER_ADDRESS : 0);
        });
  }

  @Test
  @Covers("LAPIC-ESR-006")
  void registersAreNotReserved(LocalApic lapic) {
    Errors.clear(lapic);
    RegisterDump.of(lapic);
    assertThat(lapic.latchErrors()).as("ESR after reading all registers").isZero();
    // they are read-only leftovers of old processors
    lapic.read(LapicRegister.APR);
    lapic.read(LapicRegister.RRD);
    assertThat(lapic.latchErrors()).as("ESR after reading APR and RRD").isZero();
  }

  @Test
  @Covers("LAPIC-ESR-006")
  void writesThatChangeNothingAreNoErrorWhereAllowed(LocalApic lapic) {
    for (LapicRegister register : LapicRegister.values()) {
      boolean plain =
          register.access(ApicMode.XAPIC).readable()
              && register.access(ApicMode.XAPIC).writable()
              && register != LapicRegister.ESR
              && register != LapicRegister.ICR
              // the vector 0 of an entry may be an error of its own
              && !register.isLvt();
      if (plain) {
        Errors.clear(lapic);
        lapic.write(register, lapic.read(register));
        assertThat(lapic.latchErrors()).as("ESR after writing %s", register).isZero();
      }
    }
  }

  @Test
  @Records
  @Covers("LAPIC-ESR-006")
  void recordsWhatTheManualLeavesOpen(Machine machine, LocalApic lapic) {
    Errors.clear(lapic);
    var before = RegisterDump.of(lapic);
    for (LapicRegister register :
        List.of(LapicRegister.VERSION, LapicRegister.PPR, LapicRegister.CURRENT_COUNT)) {
      lapic.write(register, 0);
      machine.observe("ESR after a write to " + register, Hex.dword(lapic.latchErrors()));
    }
    for (int offset :
        new int[] {LapicRegister.SELF_IPI.offset(), END, LapicRegister.PAGE_SIZE - SLOT}) {
      lapic.readOffset(offset);
      machine.observe(
          "ESR after a read of offset " + Integer.toHexString(offset) + "h",
          Hex.dword(lapic.latchErrors()));
    }
    Errors.clear(lapic);
    assertThat(RegisterDump.of(lapic)).as("registers").isEqualTo(before);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Sweep
  @Covers("LAPIC-ESR-006")
  void x2apicModeFaultsInsteadAndSetsNoBit(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    Errors.clear(lapic);
    cases.each(
        reservedSlots(),
        offset -> {
          int msr = Msr.X2APIC_FIRST + Integer.parseInt(offset, 16) / SLOT;
          assertThat(cpu.attempt(new Instruction.Rdmsr(msr))).raisesGeneralProtection();
          assertThat(cpu.attempt(new Instruction.Wrmsr(msr, 0))).raisesGeneralProtection();
          assertThat(lapic.latchErrors()).as("ESR").isZero();
        });
  }
}
