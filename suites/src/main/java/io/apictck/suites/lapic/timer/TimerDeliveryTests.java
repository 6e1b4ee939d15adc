package io.apictck.suites.lapic.timer;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import java.time.Duration;

/**
 * What an expiry is to the local APIC: a fixed, edge-triggered interrupt (Intel SDM Vol. 3A, "APIC
 * Timer").
 */
@Conformance
final class TimerDeliveryTests {
  private static final int VECTOR = 0x56;
  private static final Duration SOON = Duration.ofMillis(20);

  @InEachApicMode
  @Covers({"LAPIC-TIM-009", "LAPIC-LVT-020"})
  void isRequestedThenServicedThenEnded(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 100);
    assertThat(machine.settle(() -> lapic.irr().contains(VECTOR))).as("requested").isTrue();
    assertThat(lapic).requests(VECTOR).isServicingNothing();
    assertThat(lapic.tmr().isEmpty()).as("TMR is empty").isTrue();
    assertThat(lapic.lvt(LapicRegister.LVT_TIMER)).as("entry").isEqualTo(LvtEntry.fixed(VECTOR));
    cpu.sti();
    cpu.takeInterrupt(VECTOR);
    assertThat(lapic).isServicing(VECTOR).requestsNothing().hasPpr(VECTOR & 0xF0);
    assertThat(lapic.tmr().isEmpty()).as("TMR is empty").isTrue();
    assertThat(lapic.lvt(LapicRegister.LVT_TIMER)).as("entry").isEqualTo(LvtEntry.fixed(VECTOR));
    cpu.iret();
    // without EOI it is in service for ever, and a second one waits
    assertThat(lapic).isServicing(VECTOR);
    lapic.write(LapicRegister.INITIAL_COUNT, 1);
    machine.expectNothing();
    assertThat(lapic).requests(VECTOR).isServicing(VECTOR);
    lapic.eoi();
    cpu.serve(VECTOR);
    assertThat(lapic).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-009")
  void hasTheVectorOfTheMomentOfExpiry(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    int count = InputClock.of(cpu).count(SOON, TimerDivide.BY_1);
    for (TimerMode mode : new TimerMode[] {TimerMode.ONE_SHOT, TimerMode.PERIODIC}) {
      cpu.sti();
      lapic.startTimer(mode, 0x71, TimerDivide.BY_1, count);
      lapic.setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(0x91).withTimerMode(mode));
      lapic.setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(mode));
      cpu.takeInterrupt(VECTOR);
      lapic.stopTimer();
      cpu.finishInterrupt();
      machine.expectNothing();
    }
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-009")
  void keepsTheVectorItWasRequestedWith(Machine machine, Cpu cpu) {
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1);
    assertThat(machine.settle(() -> cpu.lapic().irr().contains(VECTOR))).as("requested").isTrue();
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(0x91));
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-009")
  void isHeldByTaskPriority(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setTpr(VECTOR | 0xF);
    cpu.sti();
    lapic.startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1);
    machine.expectNothing();
    assertThat(lapic).requests(VECTOR).isServicingNothing();
    assertThat(lapic.currentCount()).as("current count").isZero();
    lapic.setTpr((VECTOR & 0xF0) - 1);
    cpu.serve(VECTOR);
    lapic.setTpr(0);
  }

  @InEachApicMode
  @Covers("LAPIC-TIM-009")
  void isHeldByServiceOfItsClassAndBreaksIntoALowerOne(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(VECTOR + 1);
    cpu.takeInterrupt(VECTOR + 1);
    cpu.sti();
    lapic.startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 1);
    machine.expectNothing();
    assertThat(lapic).requests(VECTOR).isServicing(VECTOR + 1);
    lapic.eoi();
    cpu.serve(VECTOR);
    cpu.iret();

    lapic.sendSelfIpi(0x41);
    cpu.takeInterrupt(0x41);
    cpu.sti();
    lapic.write(LapicRegister.INITIAL_COUNT, 1);
    cpu.takeInterrupt(VECTOR);
    assertThat(lapic).isServicing(0x41, VECTOR).requestsNothing();
    cpu.finishInterrupt();
    cpu.finishInterrupt();
    assertThat(lapic).isIdle();
  }
}
