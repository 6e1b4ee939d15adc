package io.apictck.junit.samples;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Tests with every verdict. */
@Conformance
public final class Sample {
  private static final int VECTOR = 0x61;

  @Test
  @Covers({"BORROWED-1", "BORROWED-2"})
  void isAboutWhatIsBorrowed(LocalApic lapic) {
    assertThat(lapic).isIdle();
  }

  @Test
  @Covers({"BORROWED-1", "X-1"})
  void isAlsoAboutWhatIsBorrowed(LocalApic lapic) {
    assertThat(lapic).isIdle();
  }

  @Test
  @Covers({"X-1", "X-2"})
  @Ports("KUT-1")
  void deliversASelfIpi(Machine machine, Cpu cpu, LocalApic lapic) {
    assertThat(machine.cpu(0)).isSameAs(cpu);
    assertThat(cpu.lapic()).isSameAs(lapic);
    cpu.sti();
    lapic.sendSelfIpi(VECTOR);
    InterruptFrame frame = cpu.takeInterrupt();
    assertThat(frame).hasVector(VECTOR).isExternal().interruptedWithInterruptsEnabled();
    assertThat(lapic).isServicing(VECTOR).requestsNothing();
    cpu.finishInterrupt();
    assertThat(lapic).isIdle();
  }

  @Test
  @Covers("X-3")
  void fails(Cpu cpu, LocalApic lapic) {
    lapic.sendSelfIpi(VECTOR);
    assertThat(lapic).requestsNothing();
    cpu.sti();
  }

  @Test
  void leavesAnInterruptBehind(Cpu cpu, LocalApic lapic) {
    cpu.sti();
    lapic.sendSelfIpi(VECTOR);
  }

  @Test
  @Records
  void records(Machine machine) {
    machine.observe("colour", "blue");
  }

  @Test
  void isWrongItself(Machine machine) {
    if (machine.processors() == 1) {
      throw new IllegalStateException("a slip of the pen");
    }
  }

  @Test
  void waitsForeverItself(Machine machine, LocalApic lapic) {
    BooleanSupplier never = () -> machine.nanos() < 0;
    while (!never.getAsBoolean()) {
      lapic.tpr();
    }
  }

  @Test
  void writesTpr(LocalApic lapic) {
    lapic.setTpr(0x20);
    assertThat(lapic).hasTpr(0x20);
  }

  @Test
  @Requires(Feature.TSC_DEADLINE)
  void needsAFeature() {}

  @Test
  @Requires(stimuli = Stimulus.LINES)
  void needsAStimulus() {}

  @Test
  @OnMachine(processors = 2)
  void needsTwoProcessors() {}

  @Test
  void usesWhatIsNotOffered(Machine machine) {
    machine.supplyVector(0x30);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  void needsX2apic() {}

  @InEachApicMode
  void runsInEachMode(Cpu cpu) {
    assertThat(cpu.lapic().mode()).isEqualTo(ApicMode.XAPIC);
  }

  @Test
  @Sweep
  void sweeps(Cases cases, LocalApic lapic) {
    cases.range(0, 0xFF, value -> assertThat(lapic.svr().enabled()).isTrue());
    assertThat(cases.count()).isEqualTo(256);
  }
}
