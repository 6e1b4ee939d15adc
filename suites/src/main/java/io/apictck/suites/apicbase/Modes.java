package io.apictck.suites.apicbase;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.Cpuid;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.platform.Instruction;

/** How tests reach a mode, and how they see which one a processor is in. */
final class Modes {
  /** A task priority that tests write to see that the interface works. */
  private static final int PROBE = 0x50;

  private Modes() {}

  /** Brings a processor from any mode to another by legal transitions. */
  static void bring(Cpu cpu, ApicMode target) {
    if (cpu.lapic().mode() == target) {
      return;
    }
    if (cpu.lapic().mode() != ApicMode.XAPIC) {
      if (cpu.lapic().mode() == ApicMode.X2APIC) {
        cpu.lapic().disableGlobally();
      }
      if (target == ApicMode.DISABLED) {
        return;
      }
      cpu.lapic().enterXapic();
    }
    if (target != ApicMode.XAPIC) {
      cpu.setApicBase(cpu.apicBase().withMode(target));
    }
  }

  /** Whether CPUID shows a local APIC. */
  static boolean shownByCpuid(Cpu cpu) {
    return (cpu.cpuid(Cpuid.FEATURES).edx() & Cpuid.EDX_APIC) != 0;
  }

  static Attempt write(Cpu cpu, long value) {
    return cpu.attempt(new Instruction.Wrmsr(Msr.IA32_APIC_BASE, value));
  }

  /** A write must fault, and change neither the MSR nor the mode. */
  static void assertRefuses(Cpu cpu, long value) {
    ApicBase before = cpu.apicBase();
    assertThat(write(cpu, value)).raisesGeneralProtection();
    assertThat(Hex.qword(cpu.apicBase().raw()))
        .as("IA32_APIC_BASE after the refused write of %s", Hex.qword(value))
        .isEqualTo(Hex.qword(before.raw()));
  }

  /** A write must succeed and be read back. */
  static void assertAccepts(Cpu cpu, long value) {
    cpu.setApicBase(ApicBase.of(value));
    assertThat(Hex.qword(cpu.apicBase().raw())).as("IA32_APIC_BASE").isEqualTo(Hex.qword(value));
  }

  /** The registers must answer through the interface of a mode, and through no other. */
  static void assertInterface(Cpu cpu, ApicMode mode) {
    assertThat(cpu.apicBase().mode()).as("mode in IA32_APIC_BASE").isEqualTo(mode);
    assertThat(shownByCpuid(cpu))
        .as("CPUID.01H:EDX[9] in mode %s", mode)
        .isEqualTo(mode != ApicMode.DISABLED);
    Attempt msr = cpu.attempt(new Instruction.Rdmsr(LapicRegister.ID.msr()));
    if (mode == ApicMode.X2APIC) {
      assertThat(msr).as("RDMSR 802h in x2APIC mode").isInstanceOf(Attempt.Succeeded.class);
    } else {
      assertThat(msr).raisesGeneralProtection();
    }
    if (mode != ApicMode.DISABLED) {
      int tpr = cpu.lapic().tpr();
      cpu.lapic().setTpr(tpr ^ PROBE);
      assertThat(Hex.vector(cpu.lapic().tpr()))
          .as("TPR as written")
          .isEqualTo(Hex.vector(tpr ^ PROBE));
      cpu.lapic().setTpr(tpr);
      assertThat(cpu.lapic().version().version()).as("version").isBetween(0x10, 0x15);
    }
  }
}
