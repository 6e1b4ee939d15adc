package io.apictck.model.lapic;

import static io.apictck.model.ModelConfiguration.NANOS_PER_CRYSTAL_TICK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TimerTests {
  private static final int VECTOR = 0x31;

  private final Machine machine = Machine.of(0).software();

  private void mode(TimerMode mode) {
    machine.write(0, LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(mode).raw());
  }

  private void start(TimerDivide divide, int count) {
    machine.write(0, LapicRegister.DIVIDE_CONFIGURATION, divide.code());
    machine.write(0, LapicRegister.INITIAL_COUNT, count);
  }

  private int after(long ticks) {
    return machine.interruptsWithin(ticks * NANOS_PER_CRYSTAL_TICK);
  }

  private long count() {
    return Integer.toUnsignedLong(machine.read(0, LapicRegister.CURRENT_COUNT));
  }

  @Test
  void oneShotCountsDownOnce() {
    mode(TimerMode.ONE_SHOT);
    start(TimerDivide.BY_1, 100);
    assertThat(count()).isEqualTo(100);
    assertThat(after(99)).isZero();
    assertThat(count()).isEqualTo(1);
    assertThat(after(1)).isOne();
    assertThat(after(1000)).isZero();
    assertThat(count()).isZero();
  }

  @Test
  void periodicReloads() {
    mode(TimerMode.PERIODIC);
    start(TimerDivide.BY_1, 100);
    assertThat(after(250)).isEqualTo(2);
    assertThat(count()).isEqualTo(50);
    machine.write(0, LapicRegister.INITIAL_COUNT, 0);
    assertThat(after(1000)).isZero();
    assertThat(count()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void everyDividerTakesAsManyTicksAsItSays(TimerDivide divide) {
    mode(TimerMode.ONE_SHOT);
    start(divide, 0xFFFF_FFFF);
    assertThat(after(1000L * divide.divisor())).isZero();
    assertThat(count()).isEqualTo(0xFFFF_FFFFL - 1000);
    assertThat(after((0xFFFF_FFFFL - 1001) * divide.divisor())).isZero();
    assertThat(after(divide.divisor())).isOne();
  }

  @Test
  void newDividerStretchesTheRest() {
    mode(TimerMode.PERIODIC);
    start(TimerDivide.BY_1, 1000);
    assertThat(after(500)).isZero();
    machine.write(0, LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_2.code());
    assertThat(count()).isEqualTo(500);
    assertThat(after(999)).isZero();
    assertThat(after(1)).isOne();
    assertThat(after(2000)).isOne();
  }

  @Test
  void oneShotAndPeriodicKeepTheCount() {
    mode(TimerMode.ONE_SHOT);
    start(TimerDivide.BY_1, 1000);
    after(500);
    mode(TimerMode.PERIODIC);
    assertThat(count()).isEqualTo(500);
    assertThat(after(1500)).isEqualTo(2);
  }

  @Test
  void maskedTimerCountsOnWithoutBacklog() {
    mode(TimerMode.PERIODIC);
    start(TimerDivide.BY_1, 100);
    LvtEntry entry = LvtEntry.of(machine.read(0, LapicRegister.LVT_TIMER));
    machine.write(0, LapicRegister.LVT_TIMER, entry.withMasked(true).raw());
    assertThat(after(550)).isZero();
    assertThat(count()).isEqualTo(50);
    machine.write(0, LapicRegister.LVT_TIMER, entry.raw());
    assertThat(after(49)).isZero();
    assertThat(after(1)).isOne();
  }

  @Test
  void deadlineFiresOnceAndIsCleared() {
    mode(TimerMode.TSC_DEADLINE);
    machine.chipset.wrmsr(0, Msr.IA32_TSC_DEADLINE, 1000);
    start(TimerDivide.BY_1, 1);
    assertThat(machine.interruptsWithin(999)).isZero();
    assertThat(machine.chipset.rdmsr(0, Msr.IA32_TSC_DEADLINE)).isEqualTo(1000);
    assertThat(machine.interruptsWithin(1)).isOne();
    assertThat(machine.chipset.rdmsr(0, Msr.IA32_TSC_DEADLINE)).isZero();
    machine.chipset.wrmsr(0, Msr.IA32_TSC_DEADLINE, 1);
    assertThat(machine.requests(0, VECTOR)).isTrue();
    assertThat(machine.interruptsWithin(5000)).isOne();
    machine.chipset.wrmsr(0, Msr.IA32_TSC_DEADLINE, -1);
    assertThat(machine.interruptsWithin(5000)).isZero();
  }

  @Test
  void changesToAndFromDeadlineModeDisarm() {
    mode(TimerMode.ONE_SHOT);
    machine.chipset.wrmsr(0, Msr.IA32_TSC_DEADLINE, 10);
    start(TimerDivide.BY_1, 100);
    mode(TimerMode.TSC_DEADLINE);
    assertThat(after(1000)).isZero();
    machine.chipset.wrmsr(0, Msr.IA32_TSC_DEADLINE, machine.nanos() + 1000);
    mode(TimerMode.ONE_SHOT);
    mode(TimerMode.TSC_DEADLINE);
    assertThat(after(1000)).isZero();
    assertThat(machine.chipset.rdmsr(0, Msr.IA32_TSC_DEADLINE)).isZero();
  }

  @Test
  void withoutDeadlineModeItsBitIsReserved() {
    Machine plain = Machine.without(Feature.TSC_DEADLINE).software();
    int entry = LvtEntry.fixed(VECTOR).withTimerMode(TimerMode.TSC_DEADLINE).raw();
    plain.write(0, LapicRegister.LVT_TIMER, entry);
    assertThat(plain.read(0, LapicRegister.LVT_TIMER)).isEqualTo(VECTOR);
    plain.x2apic();
    assertThatThrownBy(() -> plain.write(0, LapicRegister.LVT_TIMER, entry))
        .isSameAs(GeneralProtectionException.GP);
    assertThatThrownBy(() -> plain.chipset.rdmsr(0, Msr.IA32_TSC_DEADLINE))
        .isSameAs(GeneralProtectionException.GP);
  }
}
