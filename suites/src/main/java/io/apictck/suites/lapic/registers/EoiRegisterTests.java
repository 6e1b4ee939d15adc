package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.RegisterDump;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The EOI register of the page (Intel SDM Vol. 3A, "The Local APIC Block Diagram"). */
@Conformance
final class EoiRegisterTests {
  private static final int LOW = 0x41;
  private static final int HIGH = 0x62;

  private static void nest(Cpu cpu) {
    for (int vector : new int[] {LOW, HIGH}) {
      cpu.sti();
      cpu.lapic().sendSelfIpi(vector);
      cpu.takeInterrupt(vector);
    }
  }

  @Test
  @Covers("LAPIC-REG-012")
  void everyWriteOfZeroEndsOneInterrupt(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    nest(cpu);
    assertThat(lapic).isServicing(LOW, HIGH);
    lapic.write(LapicRegister.EOI, 0);
    assertThat(lapic).isServicing(LOW);
    // the same value again is an end of interrupt again
    lapic.write(LapicRegister.EOI, 0);
    assertThat(lapic).isIdle();
    cpu.iret();
    cpu.iret();
  }

  @Test
  @Covers("LAPIC-REG-012")
  void aReadHasNoEffect(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    nest(cpu);
    Map<String, String> before = RegisterDump.of(lapic);
    machine.observe("EOI reads", Hex.dword(lapic.read(LapicRegister.EOI)));
    assertThat(RegisterDump.of(lapic)).isEqualTo(before);
    assertThat(lapic).isServicing(LOW, HIGH);
    cpu.finishInterrupt();
    cpu.finishInterrupt();
  }

  @Test
  @Records
  @Covers("LAPIC-REG-012")
  void aWriteOfAnotherValue(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    nest(cpu);
    Map<String, String> before = RegisterDump.of(lapic, LapicRegister.ISR, LapicRegister.PPR);
    lapic.write(LapicRegister.EOI, LOW);
    machine.observe("in service after EOI was written with the lower vector", lapic.isr());
    assertThat(RegisterDump.of(lapic, LapicRegister.ISR, LapicRegister.PPR)).isEqualTo(before);
    lapic.eoi();
    lapic.eoi();
    assertThat(lapic).isIdle();
    cpu.iret();
    cpu.iret();
  }
}
