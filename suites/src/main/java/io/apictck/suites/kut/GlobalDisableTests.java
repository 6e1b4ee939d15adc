package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.Cpuid;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Presence, global disable and re-enable, and the legal mode transitions (apic.c: existence,
 * disable, enable x2APIC).
 */
@Conformance
final class GlobalDisableTests {
  private static final int ALL_ONES = 0xFFFF_FFFF;

  @InEachApicMode
  @Covers({"BASE-RST-001", "LAPIC-REG-006"})
  @Ports({"KUT-APIC-000", "KUT-APIC-001"})
  void isEnabledAndHasAnIntegratedVersion(Cpu cpu) {
    assertThat(cpu.apicBase().en()).as("IA32_APIC_BASE.EN").isTrue();
    assertThat(cpu.lapic().svr().enabled()).as("SVR bit 8").isTrue();
    assertThat(cpu.lapic().version().version()).as("version").isBetween(0x10, 0x15);
  }

  @Test
  @Covers({"BASE-DIS-001", "BASE-DIS-003", "BASE-TR-006"})
  @Ports({
    "KUT-APIC-002",
    "KUT-APIC-003",
    "KUT-APIC-004",
    "KUT-APIC-005",
    "KUT-APIC-006",
    "KUT-APIC-007",
    "KUT-APIC-008",
    "KUT-APIC-009",
    "KUT-APIC-010",
    "KUT-APIC-011",
    "KUT-APIC-012"
  })
  void isGoneWhileGloballyDisabledAndComesBack(Machine machine, Cpu cpu) {
    int version = cpu.lapic().version().raw();
    long cr8 = cpu.cr8();

    cpu.lapic().disableGlobally();
    assertThat(cpu.apicBase().en()).as("IA32_APIC_BASE.EN").isFalse();
    assertThat(apicInCpuid(cpu)).as("CPUID.1:EDX[9] while disabled").isFalse();
    pageIsDead(machine, cpu, version, cr8);

    cpu.lapic().enterXapic();
    assertThat(cpu.apicBase().mode()).isEqualTo(ApicMode.XAPIC);
    assertThat(apicInCpuid(cpu)).as("CPUID.1:EDX[9] once enabled again").isTrue();
    assertThat(Hex.dword(cpu.lapic().version().raw())).as("version").isEqualTo(Hex.dword(version));
    assertThat(cpu.lapic()).hasTpr((int) cr8 << 4);
    cpu.setCr8(cr8 ^ 0xF);
    assertThat(cpu.lapic()).hasTpr((int) (cr8 ^ 0xF) << 4);
  }

  @Test
  @Requires(Feature.X2APIC)
  @Covers({"X2-MAP-004", "BASE-TR-001"})
  @Ports({
    "KUT-APIC-013",
    "KUT-APIC-014",
    "KUT-APIC-015",
    "KUT-APIC-016",
    "KUT-APIC-017",
    "KUT-APIC-018"
  })
  void pageIsDeadInX2apicMode(Machine machine, Cpu cpu) {
    int version = cpu.lapic().version().raw();
    cpu.lapic().enterX2apic();
    assertThat(cpu.apicBase().mode()).isEqualTo(ApicMode.X2APIC);
    assertThat(apicInCpuid(cpu)).as("CPUID.1:EDX[9] in x2APIC mode").isTrue();
    pageIsDead(machine, cpu, version, cpu.cr8());
  }

  /**
   * Fills the page with ones and looks whether any of it reached the task priority; CR8 must go on
   * working.
   */
  private static void pageIsDead(Machine machine, Cpu cpu, int version, long cr8) {
    List<Instruction> fill = new ArrayList<>();
    for (int offset = 0; offset < LapicRegister.PAGE_SIZE; offset++) {
      fill.add(new Instruction.Store(ApicBase.DEFAULT_ADDRESS + offset, 1, 0xFF));
    }
    cpu.runInPieces(fill);
    int versionThere = cpu.read32(ApicBase.DEFAULT_ADDRESS + LapicRegister.VERSION.offset());
    machine.observe("page offset 30h reads", Hex.dword(versionThere));
    assertThat(versionThere)
        .as("what stands at the version register's address")
        .isNotEqualTo(version);
    assertThat(cpu.cr8()).as("CR8 after the page was written").isEqualTo(cr8);

    cpu.setCr8(cr8 ^ 0xF);
    assertThat(cpu.cr8()).as("CR8 as written").isEqualTo(cr8 ^ 0xF);
    int tprThere = cpu.read32(ApicBase.DEFAULT_ADDRESS + LapicRegister.TPR.offset());
    assertThat(tprThere)
        .as("what stands at the TPR's address")
        .isNotEqualTo((int) (cr8 ^ 0xF) << 4);
    cpu.setCr8(cr8);
    if (versionThere != ALL_ONES) {
      machine.observe("the page is not open bus", Hex.dword(tprThere));
    }
  }

  @Test
  @Requires(Feature.X2APIC)
  @Covers({
    "BASE-TR-001",
    "BASE-TR-002",
    "BASE-TR-003",
    "BASE-TR-004",
    "BASE-TR-005",
    "BASE-TR-006"
  })
  @Ports({
    "KUT-APIC-019",
    "KUT-APIC-020",
    "KUT-APIC-021",
    "KUT-APIC-022",
    "KUT-APIC-023",
    "KUT-APIC-024",
    "KUT-APIC-025"
  })
  void acceptsOnlyLegalTransitions(Cpu cpu) {
    cpu.lapic().enterX2apic();
    ApicBase neither = cpu.apicBase().withMode(ApicMode.DISABLED);
    refuses(cpu, neither.withExtd(true), ApicMode.X2APIC);
    refuses(cpu, neither.withEn(true), ApicMode.X2APIC);
    accepts(cpu, neither, ApicMode.DISABLED);
    refuses(cpu, neither.withExtd(true), ApicMode.DISABLED);
    refuses(cpu, neither.withExtd(true).withEn(true), ApicMode.DISABLED);
    accepts(cpu, neither.withEn(true), ApicMode.XAPIC);
    refuses(cpu, neither.withExtd(true), ApicMode.XAPIC);
  }

  @Test
  @OnMachine(without = Feature.X2APIC)
  @Covers("BASE-RSV-002")
  @Ports("KUT-APIC-026")
  void refusesX2apicModeWhereItIsMissing(Cpu cpu) {
    refuses(cpu, ApicBase.of(ApicBase.EN | ApicBase.EXTD), ApicMode.XAPIC);
  }

  private static void refuses(Cpu cpu, ApicBase base, ApicMode stays) {
    ApicBase before = cpu.apicBase();
    assertThat(cpu.attempt(new Instruction.Wrmsr(Msr.IA32_APIC_BASE, base.raw())))
        .raisesGeneralProtection();
    assertThat(cpu.apicBase()).isEqualTo(before);
    assertThat(cpu.apicBase().mode()).isEqualTo(stays);
  }

  private static void accepts(Cpu cpu, ApicBase base, ApicMode becomes) {
    cpu.setApicBase(base);
    assertThat(cpu.apicBase()).isEqualTo(base);
    assertThat(cpu.apicBase().mode()).isEqualTo(becomes);
  }

  private static boolean apicInCpuid(Cpu cpu) {
    return (cpu.cpuid(Cpuid.FEATURES).edx() & Cpuid.EDX_APIC) != 0;
  }
}
