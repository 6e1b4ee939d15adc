package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Assumptions;

/** The pin assertion register (Intel 82801 data sheets, "IRQ Pin Assertion Register"). */
@Conformance
@Requires(Feature.IO_APIC)
final class PinAssertionTests {
  private static final int PIN_ASSERTION = 0x20;
  private static final int PRQ = 1 << 15;
  private static final int INPUT = 20;
  private static final int VECTOR = 0x41;

  @InEachApicMode
  @Covers("IOA-REG-013")
  void aWriteInterruptsAsAnEdgeOfThePin(Machine machine, Cpu cpu) {
    IoApic ioApic = machine.ioApic();
    Assumptions.assumeTrue(
        (ioApic.read(IoApic.VERSION) & PRQ) != 0, "I/O APIC version register bit 15 = 1");
    ioApic.setEntry(INPUT, RedirectionEntry.fixed(VECTOR, cpu.apicId()));
    cpu.sti();
    cpu.write32(ioApic.address(PIN_ASSERTION), INPUT);
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
    ioApic.setEntry(INPUT, RedirectionEntry.RESET);
  }
}
