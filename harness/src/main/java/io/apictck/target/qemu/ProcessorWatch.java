package io.apictck.target.qemu;

import io.apictck.target.agent.GuestMemory;
import io.apictck.target.agent.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Finds out what processors do that run by themselves. A processor that goes through its idle loop
 * is seen in memory; for one that does not, QEMU's monitor is asked, and as seldom as possible,
 * since that takes longer than most blocks.
 */
final class ProcessorWatch {
  /** An interrupt is taken at the latest in the second turn: the first may have begun before it. */
  private static final int TURNS = 2;

  private static final long SUSPICIOUS = 500_000;
  private static final long LONGEST_WAIT = 20_000_000;

  private final List<Watched> processors = new ArrayList<>();
  private final IntFunction<ProcessorState> monitor;
  private boolean wasSettled;

  private static final class Watched {
    final Mailbox mailbox;
    boolean waiting;
    long events;
    long beats;
    long askAt;
    long wait;

    Watched(Mailbox mailbox, boolean waiting) {
      this.mailbox = mailbox;
      this.waiting = waiting;
    }
  }

  /** Processors that were just reset; {@code monitor} tells the state of one. */
  ProcessorWatch(GuestMemory memory, int count, IntFunction<ProcessorState> monitor) {
    for (int i = 0; i < count; i++) {
      processors.add(new Watched(new Mailbox(memory, i), i != 0));
    }
    this.monitor = monitor;
  }

  /** Whether a processor waits for a start-up IPI, as far as it is known. */
  boolean waits(int cpu) {
    Watched watched = processors.get(cpu);
    if (watched.waiting && watched.mailbox.events() != watched.events) {
      watched.waiting = false;
    }
    return watched.waiting;
  }

  /** Whether all processors made turns, are halted or wait, since this was last true. */
  boolean settled() {
    boolean settled = true;
    boolean halting = false;
    for (int i = 0; i < processors.size(); i++) {
      Watched watched = processors.get(i);
      if (waits(i)) {
        continue;
      }
      if (watched.mailbox.halting()) {
        halting = true;
      } else if (watched.mailbox.beats() - watched.beats < TURNS) {
        settled = false;
        suspect(i, watched);
      }
    }
    if (settled && halting && wasSettled) {
      settled = halted();
    }
    if (settled) {
      processors.forEach(ProcessorWatch::begin);
    }
    wasSettled = settled;
    return settled;
  }

  private static void begin(Watched watched) {
    watched.beats = watched.mailbox.beats();
    watched.askAt = 0;
    watched.wait = SUSPICIOUS;
  }

  /** It made no turn: if that goes on, INIT may have stopped it. */
  private void suspect(int cpu, Watched watched) {
    long now = System.nanoTime();
    if (watched.askAt == 0) {
      watched.askAt = now + SUSPICIOUS;
    } else if (now >= watched.askAt) {
      ask(cpu, watched);
      watched.wait = Math.min(2 * watched.wait, LONGEST_WAIT);
      watched.askAt = System.nanoTime() + watched.wait;
    }
  }

  /** Whether those that said they would halt are halted, and none of them was stopped by INIT. */
  private boolean halted() {
    boolean all = true;
    for (int i = 0; i < processors.size(); i++) {
      Watched watched = processors.get(i);
      if (!watched.waiting && watched.mailbox.halting()) {
        all &= ask(i, watched).halted() && !watched.waiting;
      }
    }
    return all;
  }

  private ProcessorState ask(int cpu, Watched watched) {
    long events = watched.mailbox.events();
    ProcessorState state = monitor.apply(cpu);
    // the bootstrap processor does not wait after INIT, but starts again
    if (cpu != 0 && state.atResetVector()) {
      watched.waiting = true;
      watched.events = events;
    }
    return state;
  }
}
