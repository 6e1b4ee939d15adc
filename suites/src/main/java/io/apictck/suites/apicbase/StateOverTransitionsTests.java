package io.apictck.suites.apicbase;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import io.apictck.suites.support.X2apicLogicalId;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What registers keep over changes of the mode (Intel SDM Vol. 3A, "x2APIC State Transitions"). */
@Conformance
@Requires(Feature.X2APIC)
final class StateOverTransitionsTests {
  private static final int IN_SERVICE = 0x41;
  private static final int PENDING = 0x60;
  private static final int TIMER = 0x62;

  /** What the switch to x2APIC mode keeps; there is no DFR and no separate ICR high afterwards. */
  private static Map<String, String> kept(LocalApic lapic) {
    return RegisterDump.of(
        lapic,
        LapicRegister.ID,
        LapicRegister.LDR,
        LapicRegister.DFR,
        LapicRegister.ICR,
        LapicRegister.ICR_HIGH);
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("BASE-TR-008")
  void theSwitchToX2apicModeKeepsRegistersAndRequests(Machine machine) {
    Cpu cpu = machine.cpu(1);
    LocalApic lapic = cpu.lapic();
    lapic.setSvr(SpuriousInterruptVector.RESET.withVector(0xEF).withEnabled(true));
    int vector = 0x90;
    for (LapicRegister register : RegisterDump.readable(lapic)) {
      if (register.isLvt()) {
        lapic.setLvt(register, LvtEntry.fixed(vector++).withMasked(true));
      }
    }
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    lapic.setTpr(0x20);
    cpu.sti();
    lapic.sendSelfIpi(IN_SERVICE);
    cpu.takeInterrupt(IN_SERVICE);
    lapic.sendSelfIpi(PENDING);

    Map<String, String> before = kept(lapic);
    lapic.enterX2apic();
    assertThat(kept(lapic)).isEqualTo(before);
    assertThat(lapic).isServicing(IN_SERVICE).requests(PENDING);

    cpu.finishInterrupt();
    cpu.serve(PENDING);
    assertThat(lapic).isIdle();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers({"BASE-TR-008", "X2-ID-002"})
  void theSwitchToX2apicModeReplacesTheLogicalDestination(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      cpu.lapic().write(LapicRegister.LDR, 0x4200_0000);
      cpu.lapic().write(LapicRegister.ICR_HIGH, 0xA500_0000);
      cpu.lapic().enterX2apic();
      assertThat(Hex.dword(cpu.lapic().read(LapicRegister.LDR)))
          .as("LDR")
          .isEqualTo(Hex.dword(X2apicLogicalId.of(cpu.apicId())));
      InterruptCommand command = InterruptCommand.of(cpu.rdmsr(LapicRegister.ICR.msr()));
      machine.observe("high half of the ICR after the switch", Hex.dword(command.high()));
    }
  }

  @Test
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("BASE-TR-008")
  void theSwitchToX2apicModeKeepsTriggerModesAndRemoteIrr(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(PENDING).withLevel(true));
    cpu.line(LocalLine.LINT0, true);
    assertThat(lapic.tmr().contains(PENDING)).as("TMR bit of the level-triggered request").isTrue();
    Map<String, String> before = kept(lapic);
    lapic.enterX2apic();
    assertThat(kept(lapic)).isEqualTo(before);
    cpu.sti();
    cpu.takeInterrupt(PENDING);
    cpu.line(LocalLine.LINT0, false);
    cpu.finishInterrupt();
    assertThat(lapic.lvt(LapicRegister.LVT_LINT0).remoteIrr()).as("remote IRR after EOI").isFalse();
  }

  @Test
  @Covers("BASE-TR-008")
  void aRunningTimerGoesOnThroughTheSwitch(Cpu cpu) {
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, TIMER, TimerDivide.BY_1, 1_000_000);
    cpu.lapic().enterX2apic();
    assertThat(cpu.lapic().currentCount()).as("current count").isBetween(1L, 1_000_000L);
    cpu.sti();
    cpu.serve(TIMER);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(processors = 2)
  @Covers("BASE-TR-007")
  void theIdComesBackInXapicFormat(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      LocalApic lapic = cpu.lapic();
      lapic.setTpr(0x30);
      lapic.setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(0x55).withMasked(true));
      lapic.disableGlobally();
      lapic.enterXapic();
      assertThat(Hex.dword(lapic.read(LapicRegister.ID)))
          .as("ID register of %s", cpu)
          .isEqualTo(Hex.dword(cpu.apicId() << 24));
      machine.observe("registers after x2APIC, disabled, xAPIC", RegisterDump.of(lapic));
    }
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("BASE-TR-007")
  void theIdIsThatOfTheHardwareAfterEveryRound(Machine machine) {
    Cpu cpu = machine.cpu(1);
    LocalApic lapic = cpu.lapic();
    for (int round = 0; round < 3; round++) {
      lapic.write(LapicRegister.ID, 0x7700_0000);
      lapic.enterX2apic();
      assertThat(lapic.id()).as("x2APIC ID").isEqualTo(cpu.apicId());
      lapic.disableGlobally();
      lapic.enterXapic();
      assertThat(lapic.id()).as("xAPIC ID").isEqualTo(cpu.apicId());
    }
  }
}
