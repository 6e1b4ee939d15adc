package io.apictck.target.agent;

import io.apictck.platform.Action;
import io.apictck.platform.Instruction;
import io.apictck.platform.PlatformDescription;
import java.util.List;

/** A machine that the guest agent runs in: what differs between a VMM, an emulator and a board. */
public interface AgentMachine extends AutoCloseable {
  /** What it says of itself. */
  PlatformDescription description();

  /** Its memory. */
  GuestMemory memory();

  /**
   * Resets it to its power-on state, loads the agent and lets the bootstrap processor go.
   *
   * @param load writes the agent into memory that is cleared
   */
  void reset(Runnable load);

  /** Whether idle processors have to tell so by {@link AgentLayout#IDLE_PORT}. */
  boolean yields();

  /** Is told of a block before a processor is told to execute it. */
  default void executes(List<Instruction> instructions) {}

  /** Lets the processors run for a moment; returns at once where they run by themselves. */
  void turn();

  /** Waits a moment because nothing happened in {@code turns} turns. */
  void pause(int turns);

  /** Its time in nanoseconds; what matters are differences. */
  default long nanos() {
    return System.nanoTime();
  }

  /** Whether every processor went through its idle loop, or is blocked, since it was last asked. */
  boolean settled();

  /** What a processor is doing, as far as the machine can see. */
  Condition condition(int cpu);

  /**
   * Performs {@link Action.SetLine}, {@link Action.DeviceWrite} and the like.
   *
   * @throws io.apictck.platform.UnsupportedActionException if it cannot
   */
  void stimulate(Action action);

  @Override
  void close();

  /** See {@link #condition}. */
  enum Condition {
    /** It runs, or is halted. */
    ACTIVE,
    /** It waits for a start-up IPI. */
    WAIT_FOR_SIPI,
    /** It shut down. */
    SHUT_DOWN
  }
}
