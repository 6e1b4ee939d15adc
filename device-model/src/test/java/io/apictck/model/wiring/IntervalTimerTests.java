package io.apictck.model.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class IntervalTimerTests {
  private static final int LOW_BYTE = 0x10;
  private static final int BOTH = 0x30;
  private static final int NANOS_PER_TICK = 838;

  private final SourceBench bench = new SourceBench();
  private final IntervalTimer timer = new IntervalTimer(bench);

  @BeforeEach
  void powerOn() {
    timer.reset();
  }

  private void control(int value) {
    timer.write(IntervalTimer.CONTROL, 1, value);
  }

  private void counter(int value) {
    timer.write(IntervalTimer.COUNTER, 1, value);
  }

  private int counter() {
    return timer.read(IntervalTimer.COUNTER, 1);
  }

  /** To the middle of a tick. */
  private void toTick(int tick) {
    bench.elapse(
        new Frequency(IntervalTimer.HERTZ).nanosOf(tick) + 400 - bench.nanos(), timer::advance);
  }

  @Test
  void nothingHappensBeforeItIsProgrammed() {
    toTick(10_000_000);
    counter(10);
    toTick(20_000_000);
    assertThat(bench.high).isFalse();
    assertThat(bench.rises).isEmpty();
  }

  @Test
  void mode0RisesOnceAfterTheCount() {
    control(LOW_BYTE);
    counter(10);
    toTick(10);
    assertThat(bench.high).isFalse();
    assertThat(counter()).isEqualTo(1);
    toTick(11);
    assertThat(bench.high).isTrue();
    toTick(100_000);
    assertThat(bench.rises).hasSize(1);
    control(LOW_BYTE);
    assertThat(bench.high).isFalse();
  }

  @Test
  void mode2IsLowForTheLastTickOfEachPeriod() {
    control(LOW_BYTE | 2 << 1);
    assertThat(bench.high).isTrue();
    counter(10);
    toTick(9);
    assertThat(bench.high).isTrue();
    assertThat(counter()).isEqualTo(2);
    toTick(10);
    assertThat(bench.high).isFalse();
    assertThat(counter()).isEqualTo(1);
    toTick(11);
    assertThat(bench.high).isTrue();
    assertThat(counter()).isEqualTo(10);
    bench.rises.clear();
    toTick(11 + 10_000);
    assertThat(bench.rises).hasSize(1000);
    assertThat(bench.rises.getLast())
        .isEqualTo(new Frequency(IntervalTimer.HERTZ).nanosOf(11 + 10_000));
  }

  @Test
  void mode3IsHighForTheLongerHalf() {
    control(LOW_BYTE | 3 << 1);
    counter(5);
    toTick(3);
    assertThat(bench.high).isTrue();
    toTick(4);
    assertThat(bench.high).isFalse();
    toTick(5);
    assertThat(bench.high).isFalse();
    toTick(6);
    assertThat(bench.high).isTrue();
  }

  @Test
  void mode4StrobesOnce() {
    control(LOW_BYTE | 4 << 1);
    counter(10);
    toTick(10);
    assertThat(bench.high).isTrue();
    toTick(11);
    assertThat(bench.high).isFalse();
    toTick(12);
    assertThat(bench.high).isTrue();
    bench.rises.clear();
    toTick(100_000);
    assertThat(bench.rises).isEmpty();
  }

  @Test
  void aNewCountWaitsForTheEndOfThePeriod() {
    control(LOW_BYTE | 2 << 1);
    counter(10);
    toTick(5);
    counter(100);
    toTick(10);
    assertThat(bench.high).isFalse();
    toTick(11);
    assertThat(counter()).isEqualTo(100);
    bench.rises.clear();
    toTick(111);
    assertThat(bench.rises).hasSize(1);
  }

  @Test
  void zeroIsTheLargestCount() {
    control(BOTH | 2 << 1);
    counter(0);
    counter(0);
    bench.rises.clear();
    toTick(0x1_0000);
    assertThat(bench.rises).isEmpty();
    toTick(0x1_0001);
    assertThat(bench.rises).hasSize(1);
  }

  @Test
  void aLatchedCountStays() {
    control(BOTH | 2 << 1);
    counter(0x34);
    counter(0x12);
    toTick(1);
    control(0);
    toTick(500);
    control(0);
    assertThat(counter()).isEqualTo(0x34);
    assertThat(counter()).isEqualTo(0x12);
    assertThat(counter() | counter() << 8).isEqualTo(0x1234 - 499);
  }

  @Test
  void readBackGivesTheStatusBeforeTheCount() {
    control(BOTH | 2 << 1);
    control(0xE2);
    assertThat(counter()).as("null count, output high").isEqualTo(0xC0 | BOTH | 2 << 1);
    counter(0x34);
    counter(0x12);
    toTick(2);
    control(0xC2);
    assertThat(counter()).as("status").isEqualTo(0x80 | BOTH | 2 << 1);
    assertThat(counter() | counter() << 8).isEqualTo(0x1233);
  }

  @Test
  void theFirstOfTwoBytesStopsMode0() {
    control(BOTH);
    counter(10);
    counter(0);
    toTick(5);
    counter(10);
    toTick(1000);
    assertThat(bench.rises).isEmpty();
    counter(0);
    toTick(1011);
    assertThat(bench.rises).hasSize(1);
  }

  @Test
  void theClockDoesNotDrift() {
    Frequency clock = new Frequency(IntervalTimer.HERTZ);
    for (long tick : new long[] {0, 1, 2, 1_193_181, 1_193_182, 1_193_183, 123_456_789_012L}) {
      assertThat(clock.ticksAt(clock.nanosOf(tick))).isEqualTo(tick);
      if (tick > 0) {
        assertThat(clock.ticksAt(clock.nanosOf(tick) - 1)).isEqualTo(tick - 1);
      }
    }
    assertThat(clock.nanosOf(1)).isEqualTo(NANOS_PER_TICK + 1L);
  }
}
