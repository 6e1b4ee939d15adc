package io.apictck.suites.lapic.eoi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;

/** SVR bit 12 (Intel SDM Vol. 3A, "Signaling Interrupt Servicing Completion"). */
@Conformance
@Requires(
    value = {Feature.EOI_BROADCAST_SUPPRESSION, Feature.IO_APIC},
    stimuli = Stimulus.LINES,
    pins = 1)
final class BroadcastSuppressionTests {
  private static final int VECTOR = 0x51;
  private static final SpuriousInterruptVector ENABLED =
      SpuriousInterruptVector.RESET.withEnabled(true);

  @InEachApicMode
  @Covers("LAPIC-EOI-005")
  void keepsTheLevelInFlightUntilADirectedEnd(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    SpuriousInterruptVector suppressing = ENABLED.withSuppressEoiBroadcast(true);
    lapic.setSvr(suppressing);
    assertThat(lapic.svr()).as("SVR as written").isEqualTo(suppressing);
    Pin pin = Pin.fromLast(machine, 0);
    cpu.sti();
    pin.routeLevel(VECTOR, cpu);
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(lapic).isIdle().hasPpr(0);
    assertThat(pin.inFlight()).as("in flight after a suppressed EOI").isTrue();
    // an I/O APIC behind such a local APIC has an EOI register
    machine.ioApic().directedEoi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    assertThat(pin.inFlight()).as("in flight after the second suppressed EOI").isTrue();
    machine.ioApic().directedEoi(VECTOR);
    assertThat(pin.inFlight()).as("in flight after a directed EOI").isFalse();
    machine.expectNothing();
    pin.release();
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-005")
  void isLookedAtWhenTheInterruptEnds(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Pin pin = Pin.fromLast(machine, 0);
    cpu.sti();
    pin.routeLevel(VECTOR, cpu);
    lapic.setSvr(ENABLED.withSuppressEoiBroadcast(true));
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    lapic.setSvr(ENABLED);
    cpu.finishInterrupt();
    assertThat(pin.inFlight()).as("in flight after an EOI with SVR bit 12 clear again").isFalse();
    assertThat(lapic).isIdle();
    machine.expectNothing();
    pin.release();
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-005")
  void leavesEdgesAlone(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setSvr(ENABLED.withSuppressEoiBroadcast(true));
    cpu.sti();
    for (int i = 0; i < 3; i++) {
      lapic.sendSelfIpi(VECTOR);
      cpu.serve(VECTOR);
    }
    machine.expectNothing();
    assertThat(lapic).isIdle().hasPpr(0);
  }
}
