package io.apictck.suites.lapic.spurious;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LapicState;

/**
 * A real interrupt with the number of the spurious vector (Intel SDM Vol. 3A, "Spurious
 * Interrupt").
 */
@Conformance
final class OrdinaryUseTests {
  private static final int SPURIOUS = 0x6F;

  @InEachApicMode
  @Records
  @Covers("LAPIC-SPU-004")
  void recordsWhatARealInterruptWithItsNumberDoes(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    SpuriousInterruptVector svr =
        SpuriousInterruptVector.RESET.withEnabled(true).withVector(SPURIOUS);
    lapic.setSvr(svr);
    Counter taken =
        cpu.onInterrupt(
            SPURIOUS,
            (self, frame) -> {
              LapicState inHandler = LapicState.of(self.lapic());
              machine.observe("vector in service in the handler", inHandler.isr());
              if (inHandler.isr().contains(SPURIOUS)) {
                self.lapic().eoi();
                machine.observe("in service after EOI", self.lapic().isr());
              }
              self.iret();
            });
    cpu.sti();
    lapic.sendSelfIpi(SPURIOUS);
    machine.expectNothing();
    machine.observe("deliveries", taken.count());
    machine.observe("in service afterwards", lapic.isr());
    // an implementation that leaves it in service may get free of it by another vector
    lapic.setSvr(svr.withVector(0xFF));
    if (lapic.isr().contains(SPURIOUS)) {
      lapic.eoi();
    }
    lapic.sendSelfIpi(0x31);
    cpu.serve(0x31);
    lapic.sendSelfIpi(0x81);
    cpu.serve(0x81);
    assertThat(lapic).isIdle();
  }
}
