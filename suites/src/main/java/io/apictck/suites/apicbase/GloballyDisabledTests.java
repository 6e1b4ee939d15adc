package io.apictck.suites.apicbase;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.Shorthand;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A globally disabled local APIC: the processor is as one without it (Intel SDM Vol. 3A, "Enabling
 * or Disabling the Local APIC").
 */
@Conformance
final class GloballyDisabledTests {
  private static final int VECTOR = 0x61;
  private static final int SUPPLIED = 0x35;

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("BASE-DIS-001")
  void cpuidFollowsTheEnableBitOfItsProcessor(Machine machine) {
    Cpu disabled = machine.cpu(1);
    disabled.lapic().disableGlobally();
    assertThat(Modes.shownByCpuid(disabled)).as("CPUID.01H:EDX[9] where disabled").isFalse();
    assertThat(Modes.shownByCpuid(machine.cpu(0))).as("CPUID.01H:EDX[9] of the other").isTrue();
    disabled.lapic().enterXapic();
    assertThat(Modes.shownByCpuid(disabled)).as("CPUID.01H:EDX[9] once enabled again").isTrue();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("BASE-DIS-002")
  void noInterprocessorInterruptArrives(Machine machine, Cpu sender) {
    Cpu target = machine.cpu(1);
    target.lapic().disableGlobally();
    target.sti();
    sender.lapic().sendIpi(target, VECTOR);
    sender.lapic().send(InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.ALL_EXCLUDING_SELF));
    for (DeliveryMode mode : List.of(DeliveryMode.NMI, DeliveryMode.INIT, DeliveryMode.STARTUP)) {
      sender.lapic().send(InterruptCommand.of(mode, 0).withDestination(target.apicId()));
    }
    machine.expectNothing();
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("BASE-DIS-002")
  void noMessageOfADeviceArrives(Machine machine) {
    Cpu target = machine.cpu(1);
    long address = MessageAddress.physical(target.apicId()).raw() & 0xFFFF_FFFFL;
    target.sti();
    machine.deviceWrite(address, MessageData.fixed(VECTOR).raw());
    target.serve(VECTOR);
    target.lapic().disableGlobally();
    machine.deviceWrite(address, MessageData.fixed(VECTOR).raw());
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("BASE-DIS-002")
  void theTimerIsSilent(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, 1_000_000);
    lapic.disableGlobally();
    cpu.sti();
    // more than two periods of the slowest input clock, 25 MHz
    machine.elapse(Duration.ofMillis(100));
    machine.expectNothing();
    // what is left of the timer is open: stop it before it can be heard
    cpu.cli();
    lapic.enterXapic();
    machine.observe(
        "LVT timer after disable and enable", Hex.dword(lapic.lvt(LapicRegister.LVT_TIMER).raw()));
    machine.observe("SVR after disable and enable", Hex.dword(lapic.svr().raw()));
    machine.observe(
        "initial count after disable and enable", lapic.read(LapicRegister.INITIAL_COUNT));
    lapic.stopTimer();
  }

  @InEachApicMode
  @Covers("BASE-DIS-002")
  void whatWasPendingIsNotDelivered(Machine machine, Cpu cpu) {
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.lapic().disableGlobally();
    cpu.sti();
    machine.expectNothing();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("BASE-DIS-003")
  void thePageIsNotClaimed(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setTpr(0x30);
    List<LapicRegister> registers = RegisterDump.readable(lapic);
    List<String> alive = new ArrayList<>();
    for (LapicRegister register : registers) {
      alive.add(Hex.dword(lapic.read(register)));
    }
    lapic.disableGlobally();
    // the driver reads and writes the page now, whatever the mode was
    List<String> dead = new ArrayList<>();
    for (LapicRegister register : registers) {
      dead.add(Hex.dword(lapic.read(register)));
    }
    machine.observe("page offset 30h reads", Hex.dword(lapic.read(LapicRegister.VERSION)));
    assertThat(dead).as("what stands at the registers' addresses").isNotEqualTo(alive);

    cpu.sti();
    machine.cpu(1).sti();
    lapic.write(LapicRegister.SVR, 0x1FF);
    lapic.write(LapicRegister.TPR, 0);
    lapic.sendSelfIpi(VECTOR);
    lapic.send(InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.ALL_EXCLUDING_SELF));
    lapic.sendIpi(machine.cpu(1), VECTOR);
    lapic.startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1000);
    machine.expectNothing();
    assertThat(machine.cpu(1).lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("BASE-DIS-003")
  void theMsrsFault(Cpu cpu) {
    cpu.lapic().disableGlobally();
    for (LapicRegister register : LapicRegister.values()) {
      for (int i = 0; i < register.count(); i++) {
        assertThat(cpu.attempt(new Instruction.Rdmsr(register.msr(i)))).raisesGeneralProtection();
        assertThat(cpu.attempt(new Instruction.Wrmsr(register.msr(i), 0)))
            .raisesGeneralProtection();
      }
    }
  }

  @InEachApicMode
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("BASE-DIS-004")
  void lint0IsTheInterruptPin(Machine machine, Cpu cpu) {
    machine.supplyVector(SUPPLIED);
    cpu.lapic().disableGlobally();
    cpu.line(LocalLine.LINT0, true);
    machine.expectNothing();
    cpu.sti();
    assertThat(cpu.takeInterrupt(SUPPLIED)).isExternal();
    cpu.line(LocalLine.LINT0, false);
    cpu.iret();
    machine.expectNothing();

    // no end of interrupt is due: the next one comes as it is
    machine.supplyVector(SUPPLIED + 1);
    cpu.line(LocalLine.LINT0, true);
    cpu.takeInterrupt(SUPPLIED + 1);
    cpu.line(LocalLine.LINT0, false);
    cpu.iret();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("BASE-DIS-004")
  void lint1IsTheNmiPin(Machine machine, Cpu cpu) {
    cpu.lapic().disableGlobally();
    cpu.line(LocalLine.LINT1, true);
    assertThat(cpu.takeNmi()).isNmi();
    cpu.iret();
    // an edge: the level gives no second one
    machine.expectNothing();
    cpu.line(LocalLine.LINT1, false);
    machine.expectNothing();
    cpu.line(LocalLine.LINT1, true);
    cpu.takeNmi();
    cpu.line(LocalLine.LINT1, false);
    cpu.iret();
  }

  @Test
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("BASE-DIS-004")
  void theLocalVectorTableDecidesAboutThePinsOnceEnabled(Machine machine, Cpu cpu) {
    machine.supplyVector(SUPPLIED);
    cpu.lapic().disableGlobally();
    cpu.lapic().enterXapic();
    assertThat(cpu.apicBase().mode()).isEqualTo(ApicMode.XAPIC);
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_LINT0).masked()).as("LVT LINT0 masked").isTrue();
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_LINT1).masked()).as("LVT LINT1 masked").isTrue();
    cpu.sti();
    cpu.pulse(LocalLine.LINT1);
    cpu.line(LocalLine.LINT0, true);
    machine.expectNothing();
    cpu.line(LocalLine.LINT0, false);
  }
}
