package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Startup;

/**
 * TMR after RESET and INIT (Intel SDM Vol. 3A, "Local APIC State After Power-Up or Reset" and
 * "Local APIC State After an INIT Reset"). Only level-triggered messages of devices set it.
 */
@Conformance
@Requires(stimuli = Stimulus.DEVICE_WRITE)
final class TriggerModeResetTests {
  private static final int PENDING = 0x61;
  private static final int ENDED = 0x92;

  /** Leaves one bit of a pending request, and one of an interrupt that was ended. */
  private static void setTriggerModes(Cpu cpu) {
    Messages.level(cpu, ENDED);
    cpu.sti();
    cpu.takeInterrupt(ENDED);
    cpu.finishInterrupt();
    cpu.cli();
    Messages.level(cpu, PENDING);
    assertThat(cpu.lapic().tmr()).as("TMR before").isEqualTo(VectorSet.of(PENDING, ENDED));
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("LAPIC-REG-001")
  void resetClearsIt(Machine machine, Cpu cpu) {
    setTriggerModes(cpu);
    machine.reset();
    assertThat(cpu.lapic().tmr()).as("TMR after RESET").isEqualTo(VectorSet.of());
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-REG-002")
  void initClearsThatOfTheTargetOnly(Machine machine, Cpu bsp) {
    Cpu target = machine.cpu(1);
    setTriggerModes(target);
    setTriggerModes(bsp);
    Startup.restart(bsp, target);
    assertThat(target.lapic().tmr()).as("TMR after INIT").isEqualTo(VectorSet.of());
    assertThat(bsp.lapic().tmr())
        .as("TMR of the other processor")
        .isEqualTo(VectorSet.of(PENDING, ENDED));
    bsp.sti();
    bsp.serve(PENDING);
  }
}
