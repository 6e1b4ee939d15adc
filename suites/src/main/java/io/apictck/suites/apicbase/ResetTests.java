package io.apictck.suites.apicbase;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import io.apictck.suites.support.Startup;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * IA32_APIC_BASE after power-up, RESET and INIT (Intel SDM Vol. 3A, "Local APIC Status and
 * Location", "x2APIC States").
 */
@Conformance
final class ResetTests {
  private static final long ON_OTHERS = ApicBase.DEFAULT_ADDRESS | ApicBase.EN;
  private static final long ON_BSP = ON_OTHERS | ApicBase.BSP;
  private static final long MOVED = ApicBase.DEFAULT_ADDRESS + 0x1_0000;

  private static void assertBase(Cpu cpu, long expected) {
    assertThat(Hex.qword(cpu.apicBase().raw()))
        .as("IA32_APIC_BASE of %s", cpu)
        .isEqualTo(Hex.qword(expected));
  }

  @Test
  @OnMachine(processors = 3, powerOn = true)
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers({"BASE-RST-001", "BASE-RST-002"})
  void powerUpGivesXapicModeAtTheDefaultAddress(Machine machine, Cpu bsp) {
    assertBase(bsp, ON_BSP);
    for (Cpu cpu : machine.applicationProcessors()) {
      Startup.start(bsp, cpu);
      assertBase(cpu, ON_OTHERS);
    }
  }

  @InEachApicMode
  @OnMachine(processors = 3)
  @Covers("BASE-RST-002")
  void onlyTheBootstrapProcessorHasTheBspFlag(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      assertThat(cpu.apicBase().bsp()).as("BSP flag of %s", cpu).isEqualTo(cpu.index() == 0);
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("BASE-RST-003")
  void initKeepsTheMode(Machine machine, Cpu bsp) {
    Cpu target = machine.cpu(1);
    ApicBase before = target.apicBase();
    Startup.restart(bsp, target);
    assertBase(target, before.raw());
    Modes.assertInterface(target, before.mode());
    assertBase(bsp, before.withBsp(true).raw());
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("BASE-RST-003")
  void initKeepsTheBaseField(Machine machine, Cpu bsp) {
    Cpu target = machine.cpu(1);
    ApicBase moved = target.apicBase().withAddress(MOVED);
    Modes.write(target, moved.raw());
    Assumptions.assumeTrue(target.apicBase().address() == MOVED, "the base field can be changed");
    Startup.restart(bsp, target);
    assertBase(target, moved.raw());
  }

  @Test
  @Requires(stimuli = {Stimulus.INIT_PIN, Stimulus.BSP_INIT})
  @Covers("BASE-RST-003")
  void initKeepsTheDisabledState(Cpu cpu) {
    cpu.lapic().disableGlobally();
    cpu.pulse(LocalLine.INIT);
    cpu.expectInit();
    cpu.expectStart();
    assertBase(cpu, ApicBase.DEFAULT_ADDRESS | ApicBase.BSP);
    Modes.assertInterface(cpu, ApicMode.DISABLED);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(stimuli = Stimulus.INIT_PIN)
  @Covers({"BASE-RST-003", "BASE-DIS-002"})
  void aDisabledLocalApicIsNotStartedAfterInit(Machine machine, Cpu bsp) {
    Cpu target = machine.cpu(1);
    target.lapic().disableGlobally();
    target.pulse(LocalLine.INIT);
    target.expectInit();
    Startup.sendStartup(bsp, target);
    machine.expectNothing();
  }

  @Test
  @Sweep
  @OnMachine(processors = 2, powerOn = true)
  @Requires(value = Feature.X2APIC, stimuli = Stimulus.POWER_ON)
  @Covers({"BASE-RST-004", "BASE-RST-001"})
  void resetGivesXapicModeAndPowerUpValuesFromEveryMode(Machine machine, Cpu bsp, Cases cases) {
    cases.each(
        List.of(ApicMode.values()),
        mode -> {
          Startup.start(bsp, machine.cpu(1));
          for (Cpu cpu : machine.cpus()) {
            cpu.lapic().setSvr(SpuriousInterruptVector.RESET.withEnabled(true));
            cpu.lapic().setTpr(0x35);
            cpu.lapic().setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(0x62));
            cpu.lapic().sendSelfIpi(0x61);
            Modes.bring(cpu, mode);
          }
          machine.reset();
          assertReset(bsp, ON_BSP);
          Startup.start(bsp, machine.cpu(1));
          assertReset(machine.cpu(1), ON_OTHERS);
          // a pending interrupt must be gone as well
          bsp.sti();
          machine.expectNothing();
          machine.reset();
        });
  }

  private static void assertReset(Cpu cpu, long base) {
    assertBase(cpu, base);
    Modes.assertInterface(cpu, ApicMode.XAPIC);
    assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(RegisterDump.afterReset(cpu.lapic()));
  }
}
