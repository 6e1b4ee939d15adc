package io.apictck.model.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RealTimeClockTests {
  private static final int A = 0x0A;
  private static final int B = 0x0B;
  private static final int C = 0x0C;
  private static final int PIE = 0x40;
  private static final int IRQF = 0x80;
  private static final int PF = 0x40;
  private static final long PERIOD = 976_563;

  private final SourceBench bench = new SourceBench();
  private final RealTimeClock clock = new RealTimeClock(bench);

  @BeforeEach
  void powerOn() {
    clock.reset();
  }

  private int read(int register) {
    clock.write(RealTimeClock.INDEX, 1, register);
    return clock.read(RealTimeClock.INDEX + 1, 1);
  }

  private void write(int register, int value) {
    clock.write(RealTimeClock.INDEX, 2, value << 8 | register);
  }

  private void elapse(long nanos) {
    bench.elapse(nanos, clock::advance);
  }

  @Test
  void theFlagIsSetWhetherOrNotSomebodyAskedForTheInterrupt() {
    elapse(2 * PERIOD);
    assertThat(bench.high).isFalse();
    assertThat(read(C)).isEqualTo(PF);
    assertThat(read(C)).isZero();
  }

  @Test
  void askingForTheInterruptOfAFlagThatIsSetInterruptsAtOnce() {
    elapse(2 * PERIOD);
    write(B, PIE);
    assertThat(bench.high).isTrue();
    assertThat(read(C)).isEqualTo(IRQF | PF);
    assertThat(bench.high).isFalse();
  }

  @Test
  void itStaysUntilTheFlagsAreRead() {
    write(B, PIE);
    elapse(10 * PERIOD);
    assertThat(bench.rises).containsExactly(PERIOD);
    assertThat(bench.high).isTrue();
    read(C);
    elapse(PERIOD);
    assertThat(bench.rises).hasSize(2);
  }

  @Test
  void aDividerThatIsHeldMakesNoPeriods() {
    write(A, 0x66);
    write(B, PIE);
    elapse(10 * PERIOD);
    assertThat(bench.rises).isEmpty();
    assertThat(read(A)).isEqualTo(0x66);
  }

  @Test
  void otherRegistersAreMemory() {
    write(0x40, 0x5A);
    assertThat(read(0x40)).isEqualTo(0x5A);
    write(0x0D, 0);
    assertThat(read(0x0D)).isEqualTo(0x80);
    assertThat(clock.read(RealTimeClock.INDEX, 1)).isEqualTo(0xFF);
  }
}
