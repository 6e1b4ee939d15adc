package io.apictck.target.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.SharedMemory;
import java.lang.foreign.Arena;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

final class ProcessorWatchTest {
  private static final long BEATS = 0x20;
  private static final long HALTING = 0x28;
  private static final long EVENTS = 0x30;
  private static final int TRIES = 100_000_000;

  private final SharedMemory memory =
      new SharedMemory(Arena.ofAuto().allocate(AgentLayout.RAM_SIZE));
  private ProcessorState state = new ProcessorState(false, false);
  private int asked;
  private final ProcessorWatch watch =
      new ProcessorWatch(
          memory,
          2,
          cpu -> {
            asked++;
            return state;
          });

  private void write(int cpu, long what, long value) {
    memory.write64(AgentLayout.MAILBOXES + cpu * 0x1000L + what, value);
  }

  private static boolean soon(BooleanSupplier condition) {
    for (int i = 0; i < TRIES; i++) {
      if (condition.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }

  @Test
  void twoTurnsSettleWithoutAskingTheMonitor() {
    assertThat(watch.waits(0)).isFalse();
    assertThat(watch.waits(1)).isTrue();
    assertThat(watch.settled()).isFalse();
    write(0, BEATS, 1);
    assertThat(watch.settled()).isFalse();
    write(0, BEATS, 2);
    assertThat(watch.settled()).isTrue();
    assertThat(watch.settled()).isFalse();
    assertThat(asked).isZero();
  }

  @Test
  void aProcessorThatToldItsStartWaitsNoLonger() {
    write(1, EVENTS, 1);
    assertThat(watch.waits(1)).isFalse();
    write(0, BEATS, 2);
    assertThat(watch.settled()).isFalse();
  }

  @Test
  void oneThatMakesNoTurnWasStoppedByInit() {
    write(1, EVENTS, 1);
    state = new ProcessorState(true, true);
    assertThat(
            soon(() -> {
              write(0, BEATS, System.nanoTime());
              return watch.settled();
            }))
        .isTrue();
    assertThat(watch.waits(1)).isTrue();
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void aHaltedOneIsLookedAtBeforeAllIsSettled() {
    write(1, EVENTS, 1);
    write(1, HALTING, 1);
    write(0, BEATS, 2);
    assertThat(watch.settled()).isTrue();
    write(0, BEATS, 4);
    assertThat(watch.settled()).as("it does not halt yet").isFalse();
    state = new ProcessorState(true, false);
    write(0, BEATS, 6);
    assertThat(watch.settled()).isTrue();
    state = new ProcessorState(true, true);
    write(0, BEATS, 8);
    assertThat(watch.settled()).as("INIT stopped it").isFalse();
    assertThat(watch.waits(1)).isTrue();
  }
}
