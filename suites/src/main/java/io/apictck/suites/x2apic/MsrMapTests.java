package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Access;
import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.RegisterDump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Which MSRs of 800h to 8FFh there are, in each mode (Intel SDM Vol. 3A, "x2APIC Register Address
 * Space").
 */
@Conformance
final class MsrMapTests {
  private static final int VECTOR = 0x61;
  private static final int MIRROR = 0x100;

  /** The last MSR that older manuals reserve for x2APIC mode. */
  private static final int LAST_ONCE_RESERVED = 0xBFF;

  /** A write of nothing, of everything, and of the lowest bit of the upper half. */
  private static final long[] VALUES = {0, 0xFFFF_FFFFL, -1L, 1L << 32};

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("X2-MAP-001")
  void everyReadableMsrCanBeRead(Cpu cpu, Cases cases) {
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          if (msrs.access(msr).readable()) {
            assertThat(cpu.attempt(new Instruction.Rdmsr(msr)))
                .isInstanceOf(Attempt.Succeeded.class);
          }
        });
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers({"X2-MAP-002", "X2-WO-001"})
  void everyOtherMsrFaultsOnReads(Cpu cpu, Cases cases) {
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          if (!msrs.access(msr).readable()) {
            assertThat(cpu.attempt(new Instruction.Rdmsr(msr))).raisesGeneralProtection();
          }
        });
    assertWorks(cpu);
  }

  @Test
  @Sweep
  @InMode(ApicMode.X2APIC)
  @Covers("X2-MAP-002")
  void everyOtherMsrFaultsOnWritesAndChangesNothing(Cpu cpu, Cases cases) {
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    cpu.lapic().sendSelfIpi(VECTOR);
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          if (msrs.access(msr) == Access.ABSENT) {
            assertWritesFault(cpu, msr);
          }
        });
    assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(before);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(without = {Feature.LVT_PERFORMANCE, Feature.LVT_THERMAL, Feature.LVT_CMCI})
  @Covers({"X2-MAP-001", "X2-MAP-002"})
  void missingLvtEntriesFault(Cpu cpu) {
    for (LapicRegister register : LapicRegister.values()) {
      if (register.lvtIndex() > cpu.lapic().version().maxLvtEntry()) {
        assertThat(cpu.attempt(new Instruction.Rdmsr(register.msr()))).raisesGeneralProtection();
        assertWritesFault(cpu, register.msr());
      }
    }
    for (LapicRegister register : new X2apicMsrs(cpu).lvtEntries()) {
      assertThat(cpu.attempt(new Instruction.Rdmsr(register.msr())))
          .isInstanceOf(Attempt.Succeeded.class);
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers("X2-MAP-002")
  void theRegistersAreNotMirroredAboveTheRange(Cpu cpu) {
    for (int mirror = Msr.X2APIC_FIRST + MIRROR; mirror <= LAST_ONCE_RESERVED; mirror += MIRROR) {
      Instruction read = new Instruction.Rdmsr(mirror + LapicRegister.SVR.msr() - Msr.X2APIC_FIRST);
      boolean follows = true;
      for (int vector : new int[] {0xE1, 0xD2}) {
        SpuriousInterruptVector svr =
            SpuriousInterruptVector.RESET.withEnabled(true).withVector(vector);
        cpu.lapic().setSvr(svr);
        follows &=
            cpu.attempt(read) instanceof Attempt.Succeeded seen && seen.values()[0] == svr.raw();
      }
      assertThat(follows).as("%s shows SVR", read).isFalse();
    }
  }

  @Test
  @Records
  @InMode(ApicMode.X2APIC)
  @Covers("X2-MAP-002")
  void whatIsAboveTheRange(Machine machine, Cpu cpu) {
    List<String> readable = new ArrayList<>();
    for (int msr = Msr.X2APIC_LAST + 1; msr <= LAST_ONCE_RESERVED; msr++) {
      if (cpu.attempt(new Instruction.Rdmsr(msr)) instanceof Attempt.Succeeded) {
        readable.add(Integer.toHexString(msr) + "h");
      }
    }
    machine.observe("MSRs of 900h to BFFh that can be read", readable);
    assertWorks(cpu);
  }

  @Test
  @Sweep
  @Covers("X2-MAP-003")
  void everyMsrFaultsInXapicMode(Cpu cpu, Cases cases) {
    cpu.lapic().setTpr(0x20);
    cpu.lapic().sendSelfIpi(VECTOR);
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    faultsEverywhere(cpu, cases);
    assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(before);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @Sweep
  @OnMachine(without = Feature.X2APIC)
  @Covers("X2-MAP-003")
  void everyMsrFaultsWithoutX2apic(Cpu cpu, Cases cases) {
    faultsEverywhere(cpu, cases);
  }

  @Test
  @Sweep
  @Covers({"X2-MAP-003", "BASE-DIS-003"})
  void everyMsrFaultsWhileDisabled(Cpu cpu, Cases cases) {
    cpu.lapic().disableGlobally();
    faultsEverywhere(cpu, cases);
  }

  @Test
  @Sweep
  @Requires(Feature.X2APIC)
  @Covers({"X2-MAP-003", "BASE-TR-005"})
  void everyMsrFaultsAgainAfterX2apicMode(Cpu cpu, Cases cases) {
    cpu.lapic().enterX2apic();
    cpu.lapic().setTpr(0x20);
    cpu.lapic().disableGlobally();
    faultsEverywhere(cpu, cases);
    cpu.lapic().enterXapic();
    faultsEverywhere(cpu, cases);
  }

  private static void faultsEverywhere(Cpu cpu, Cases cases) {
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          assertThat(cpu.attempt(new Instruction.Rdmsr(msr))).raisesGeneralProtection();
          assertWritesFault(cpu, msr);
        });
  }

  private static void assertWritesFault(Cpu cpu, int msr) {
    for (long value : VALUES) {
      assertThat(cpu.attempt(new Instruction.Wrmsr(msr, value)))
          .as("WRMSR %s, %s", Integer.toHexString(msr), Hex.qword(value))
          .raisesGeneralProtection();
    }
  }

  private static void assertWorks(Cpu cpu) {
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.serve(VECTOR);
  }
}
