package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Access;
import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.Ports;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import org.junit.jupiter.api.Test;

/**
 * The sweep of MSRs 800h to 8FFh of msr.c: what is readable, what is writable, and what only one
 * bit too many does.
 */
@Conformance
final class X2apicMsrTests {
  private static final long ALL_ONES = -1L;
  private static final long[] SELF_IPI_RESERVED = {0x100, 0xFF00, 0xFF00_0000L};

  /**
   * What software may do with an MSR in the mode that the local APIC is in; all is absent outside
   * of x2APIC mode.
   */
  private static Access access(Machine machine, Cpu cpu, int msr) {
    if (cpu.lapic().mode() != ApicMode.X2APIC) {
      return Access.ABSENT;
    }
    int offset = (msr - Msr.X2APIC_FIRST) << 4;
    if (offset >= 0x400) {
      return Access.ABSENT;
    }
    LapicRegister register = LapicRegister.atOrNull(offset);
    if (register == null || register.lvtIndex() > machine.cpu(0).lapic().version().maxLvtEntry()) {
      return Access.ABSENT;
    }
    return register.access(ApicMode.X2APIC);
  }

  @InEachApicMode
  @Sweep
  @Covers({"X2-MAP-002", "X2-MAP-003", "X2-RO-001"})
  @Ports("KUT-MSR-X2-W0")
  void writingZeroFaultsWhereNothingIsWritable(Machine machine, Cpu cpu, Cases cases) {
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          if (!access(machine, cpu, msr).writable()) {
            assertThat(cpu.attempt(new Instruction.Wrmsr(msr, 0))).raisesGeneralProtection();
          }
        });
  }

  @InEachApicMode
  @Sweep
  @Covers({"X2-MAP-002", "X2-MAP-003", "X2-WO-001"})
  @Ports("KUT-MSR-X2-R")
  void readingFaultsWhereNothingIsReadable(Machine machine, Cpu cpu, Cases cases) {
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          if (!access(machine, cpu, msr).readable()) {
            assertThat(cpu.attempt(new Instruction.Rdmsr(msr))).raisesGeneralProtection();
          }
        });
  }

  @InEachApicMode
  @Sweep
  @Covers({"X2-MAP-002", "X2-MAP-003", "X2-RSV-001"})
  @Ports("KUT-MSR-X2-W1")
  void writingAllOnesFaultsEverywhereButInTheIcr(Cpu cpu, Cases cases) {
    boolean x2apic = cpu.lapic().mode() == ApicMode.X2APIC;
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          // the ICR is the only 64-bit register; its reserved bits are looked at elsewhere
          if (!x2apic || msr != LapicRegister.ICR.msr()) {
            assertThat(cpu.attempt(new Instruction.Wrmsr(msr, ALL_ONES))).raisesGeneralProtection();
          }
        });
  }

  @InEachApicMode
  @Covers({"X2-MAP-003", "X2-RSV-009"})
  @Ports("KUT-MSR-X2-SELF")
  void selfIpiFaultsOnReservedBits(Cpu cpu) {
    for (long value : SELF_IPI_RESERVED) {
      assertThat(cpu.attempt(new Instruction.Wrmsr(LapicRegister.SELF_IPI.msr(), value)))
          .raisesGeneralProtection();
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Sweep
  @Covers({"X2-MAP-001", "X2-RSV-010"})
  @Ports({"KUT-MSR-X2-RW", "KUT-MSR-X2-WO", "KUT-MSR-X2-RO"})
  void legalAccessesSucceed(Machine machine, Cpu cpu, Cases cases) {
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          switch (access(machine, cpu, msr)) {
            case READ_WRITE -> {
              long value = cpu.rdmsr(msr);
              cpu.wrmsr(msr, value);
              assertThat(cpu.rdmsr(msr)).as("what was read and written back").isEqualTo(value);
            }
            case READ_ONLY -> assertThat(cpu.rdmsr(msr) >>> 32).as("bits 63:32").isZero();
            case WRITE_ONLY ->
                // a SELF IPI of vector 0 asks for an illegal vector: it must not fault, and not
                // arrive
                cpu.wrmsr(msr, 0);
            case ABSENT -> {}
          }
        });
  }
}
