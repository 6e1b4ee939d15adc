package io.apictck.suites.apicbase;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.Cpuid;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Test;

/** Reserved bits of IA32_APIC_BASE (Intel SDM Vol. 3A, "Local APIC Status and Location"). */
@Conformance
final class ReservedBitTests {
  @Test
  @Sweep
  @Covers("BASE-RSV-001")
  void everyReservedBitFaultsInXapicMode(Machine machine, Cpu cpu, Cases cases) {
    refusesReservedBits(machine, cpu, cases, ApicMode.XAPIC);
  }

  @Test
  @Sweep
  @Covers("BASE-RSV-001")
  void everyReservedBitFaultsWhileDisabled(Machine machine, Cpu cpu, Cases cases) {
    refusesReservedBits(machine, cpu, cases, ApicMode.DISABLED);
  }

  @Test
  @Sweep
  @Requires(Feature.X2APIC)
  @Covers("BASE-RSV-001")
  void everyReservedBitFaultsInX2apicMode(Machine machine, Cpu cpu, Cases cases) {
    refusesReservedBits(machine, cpu, cases, ApicMode.X2APIC);
  }

  /**
   * Each bit alone: with the mode kept, and together with a transition that is legal without it.
   */
  private static void refusesReservedBits(Machine machine, Cpu cpu, Cases cases, ApicMode mode) {
    long defined = ApicBase.definedBits(machine.features().maxPhyAddr(), true);
    Modes.bring(cpu, mode);
    ApicBase now = cpu.apicBase();
    ApicBase other = now.withMode(mode == ApicMode.DISABLED ? ApicMode.XAPIC : ApicMode.DISABLED);
    cases.range(
        0,
        Long.SIZE - 1,
        bit -> {
          if ((defined >>> bit & 1) == 0) {
            Modes.assertRefuses(cpu, now.raw() | 1L << bit);
            Modes.assertRefuses(cpu, other.raw() | 1L << bit);
          }
        });
    Modes.assertRefuses(cpu, -1L);
    Modes.assertInterface(cpu, mode);
  }

  @Test
  @OnMachine(without = Feature.X2APIC)
  @Covers("BASE-RSV-002")
  void extdIsReservedWithoutX2apic(Cpu cpu) {
    assertThat(cpu.cpuid(Cpuid.FEATURES).ecx() & Cpuid.ECX_X2APIC).as("CPUID.01H:ECX[21]").isZero();
    for (ApicMode mode : new ApicMode[] {ApicMode.XAPIC, ApicMode.DISABLED}) {
      Modes.bring(cpu, mode);
      for (boolean en : new boolean[] {true, false}) {
        Modes.assertRefuses(cpu, cpu.apicBase().withEn(en).withExtd(true).raw());
      }
      Modes.assertInterface(cpu, mode);
    }
  }
}
