package io.apictck.model.vtd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Runs agents at every order of their steps: each stands before its next step until it is its turn,
 * and one runs at a time. The orders are enumerated depth first, each of them from the beginning.
 */
final class Interleaver {
  /** A world that begins anew, its agents, and what must hold when all of them rest. */
  interface Scenario {
    /** The agents; each gets the stop to call before its steps. */
    List<Agent> agents();

    /** Whether all is well when no agent has a step left. */
    boolean isRight();
  }

  /** What an agent does. */
  @FunctionalInterface
  interface Agent {
    void act(Turn turn);
  }

  /** The turns of one agent. */
  static final class Turn {
    private final Semaphore go = new Semaphore(0);
    private final Semaphore done;
    private BooleanSupplier enabled = Interleaver::always;
    private boolean over;
    private boolean abandoned;

    private Turn(Semaphore done) {
      this.done = done;
    }

    /** Ends a step: others may have their turns before the next one. */
    void stop() {
      stop(Interleaver::always);
    }

    /** As {@link #stop()}; the next step waits for a condition. */
    void stop(BooleanSupplier condition) {
      enabled = condition;
      done.release();
      go.acquireUninterruptibly();
      if (abandoned) {
        throw new Abandoned();
      }
    }
  }

  /** Nothing happens any more, and an agent still waits. */
  private static final class Abandoned extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * What came of all orders.
   *
   * @param orders how many there are
   * @param wrong how many of them ended wrongly
   */
  record Result(int orders, int wrong) {}

  /** A choice among the agents that could have their turn. */
  private static final class Choice {
    private int taken;
    private int from;
  }

  private final List<Choice> choices = new ArrayList<>();
  private int position;

  private Interleaver() {}

  private static boolean always() {
    return true;
  }

  /** Runs all orders. */
  static Result run(Supplier<Scenario> scenarios) {
    Interleaver interleaver = new Interleaver();
    int orders = 0;
    int wrong = 0;
    do {
      Scenario scenario = scenarios.get();
      interleaver.play(scenario.agents());
      orders++;
      wrong += scenario.isRight() ? 0 : 1;
    } while (interleaver.next());
    return new Result(orders, wrong);
  }

  private void play(List<Agent> agents) {
    position = 0;
    Semaphore done = new Semaphore(0);
    List<Turn> turns = new ArrayList<>();
    for (Agent agent : agents) {
      Turn turn = new Turn(done);
      turns.add(turn);
      Thread.ofVirtual().start(() -> live(agent, turn));
      done.acquireUninterruptibly();
    }
    List<Turn> ready = ready(turns);
    while (!ready.isEmpty()) {
      step(ready.get(choose(ready.size())), done);
      ready = ready(turns);
    }
    for (Turn turn : turns) {
      if (!turn.over) {
        turn.abandoned = true;
        step(turn, done);
      }
    }
  }

  private static void live(Agent agent, Turn turn) {
    try {
      turn.stop();
      agent.act(turn);
    } catch (Abandoned e) {
      // it waited for what did not come
    } finally {
      turn.over = true;
      turn.done.release();
    }
  }

  private static void step(Turn turn, Semaphore done) {
    turn.go.release();
    done.acquireUninterruptibly();
  }

  private static List<Turn> ready(List<Turn> turns) {
    return turns.stream().filter(turn -> !turn.over && turn.enabled.getAsBoolean()).toList();
  }

  private int choose(int from) {
    if (position == choices.size()) {
      choices.add(new Choice());
    }
    Choice choice = choices.get(position++);
    choice.from = from;
    return choice.taken;
  }

  /** Goes to the next order; false if there is none. */
  private boolean next() {
    while (!choices.isEmpty()) {
      Choice last = choices.getLast();
      if (++last.taken < last.from) {
        return true;
      }
      choices.removeLast();
    }
    return false;
  }
}
