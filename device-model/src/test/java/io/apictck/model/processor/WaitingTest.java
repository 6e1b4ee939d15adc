package io.apictck.model.processor;

import static io.apictck.model.processor.Bench.completed;
import static io.apictck.model.processor.Bench.selfIpi;
import static io.apictck.model.processor.Bench.send;
import static io.apictck.model.processor.Bench.timer;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.platform.Action;
import io.apictck.platform.Event.Faulted;
import io.apictck.platform.Event.InterruptTaken;
import io.apictck.platform.Event.Kind;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import org.junit.jupiter.api.Test;

/** HLT, MWAIT, and the passing of time. */
class WaitingTest {
  private static final long LINE = 0x0100_0040;
  private static final long IF_SET = Rflags.IF | Rflags.FIXED;
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction STI = new Instruction.Sti();
  private static final Instruction HLT = new Instruction.Hlt();
  private static final Instruction IRET = new Instruction.Iret();
  private static final Instruction MONITOR = new Instruction.Monitor(LINE);

  private final Bench bench = Bench.of(2);

  @Test
  void stiHltDoesNotSleepOverPendingInterrupt() {
    assertThat(bench.run(0, selfIpi(0x41), STI, HLT))
        .containsExactly(external(0, 0x41, new Place(1, 3)));
    assertThat(bench.run(0, IRET)).containsExactly(completed(0, 2), completed(0, 1));
  }

  @Test
  void elapseStopsWhenTheTimerEndsHlt() {
    assertThat(bench.run(0, timer(1000, 0x41), STI, HLT, NOP)).isEmpty();

    assertThat(bench.perform(new Action.Elapse(5000)))
        .containsExactly(external(0, 0x41, new Place(1, 3)));
    assertThat(bench.nanos()).isEqualTo(1000);
    bench.run(0, IRET);
    long before = bench.nanos();
    assertThat(bench.perform(new Action.Elapse(5000))).isEmpty();
    assertThat(bench.nanos()).isEqualTo(before + 5000);
  }

  @Test
  void mwaitEndsWithStoreToTheLine() {
    bench.start(1);
    assertThat(bench.run(1, MONITOR, new Instruction.Mwait(0), NOP)).isEmpty();
    assertThat(bench.run(0, new Instruction.Store(LINE + 0x40, 4, 1), NOP))
        .containsExactly(completed(0, 3));
    assertThat(bench.run(0, new Instruction.Store(LINE + 0x3F, 1, 1), NOP))
        .containsExactly(completed(1, 2), completed(0, 4));
    assertThat(bench.run(1, new Instruction.Mwait(0))).containsExactly(completed(1, 5));
  }

  @Test
  void maskedInterruptEndsMwaitIfAskedFor() {
    bench.start(1);
    bench.run(1, MONITOR, new Instruction.Mwait(0), NOP);
    assertThat(bench.run(0, send(FakeChipset.FIXED, 1, 0x41))).containsExactly(completed(0, 3));
    bench.perform(new Action.DeviceWrite(0, LINE, 1));

    assertThat(bench.run(1, MONITOR, new Instruction.Mwait(1), NOP))
        .containsExactly(completed(1, 4));
    assertThat(bench.run(1, STI, NOP, NOP)).containsExactly(external(1, 0x41, new Place(5, 2)));
  }

  @Test
  void mwaitIsInvalidWithoutTheFeature() {
    Bench old = Bench.without(Feature.MONITOR_MWAIT);

    assertThat(old.run(0, MONITOR)).containsExactly(new Faulted(0, 1, 0, 6, 0));
    assertThat(old.run(0, new Instruction.Mwait(0))).containsExactly(new Faulted(0, 2, 0, 6, 0));
    assertThat(old.values(new Instruction.Cpuid(5, 0))).containsExactly(0, 0, 0, 0);
    assertThat(bench.run(0, new Instruction.Mwait(2))).containsExactly(new Faulted(0, 1, 0, 13, 0));
  }

  private static InterruptTaken external(int cpu, int vector, Place place) {
    return new InterruptTaken(cpu, vector, Kind.EXTERNAL, place, IF_SET);
  }
}
