package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Access;
import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.RegisterDump;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Read-only and write-only registers (Intel SDM Vol. 3A, "x2APIC Register Address Space"). */
@Conformance
@InMode(ApicMode.X2APIC)
final class AccessKindTests {
  private static final int IN_SERVICE = 0x41;
  private static final int VECTOR = 0x61;

  @Test
  @Sweep
  @Covers("X2-RO-001")
  void everyWriteToAReadOnlyRegisterFaultsAndChangesNothing(Cpu cpu, Cases cases) {
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.sendSelfIpi(VECTOR);
    Map<String, String> before = RegisterDump.of(lapic);
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          if (msrs.access(msr) == Access.READ_ONLY) {
            long value = cpu.rdmsr(msr);
            for (long written : new long[] {0, value, ~value & 0xFFFF_FFFFL, -1L}) {
              assertThat(cpu.attempt(new Instruction.Wrmsr(msr, written)))
                  .raisesGeneralProtection();
            }
          }
        });
    assertThat(RegisterDump.of(lapic)).isEqualTo(before);
    cpu.finishInterrupt();
    cpu.serve(VECTOR);
  }

  @Test
  @Covers("X2-WO-001")
  void writeOnlyRegistersFaultOnReadsAndGoOnWorking(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    for (LapicRegister register : new LapicRegister[] {LapicRegister.EOI, LapicRegister.SELF_IPI}) {
      assertThat(cpu.attempt(new Instruction.Rdmsr(register.msr()))).raisesGeneralProtection();
    }
    assertThat(lapic).isServicing(IN_SERVICE);
    lapic.writeSelfIpiRegister(VECTOR);
    cpu.finishInterrupt();
    cpu.serve(VECTOR);
    assertThat(lapic).isIdle();
  }
}
