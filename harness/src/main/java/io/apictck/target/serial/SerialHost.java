package io.apictck.target.serial;

import io.apictck.platform.Action;
import io.apictck.platform.Instruction;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.UnsupportedActionException;
import io.apictck.target.agent.GuestMemory;
import java.util.List;
import java.util.Optional;

/** A machine at the other end of a serial line: how it is started, and what bounds it keeps. */
public interface SerialHost extends AutoCloseable {
  /** What it says of itself. */
  PlatformDescription description();

  /** Starts it, or starts it anew; what it was is gone. */
  void restart();

  /** Whether the agent's reset gives a power-on state, faster than {@link #restart}. */
  boolean resetsItself();

  /** Whether that reset goes through firmware, which may use memory and the line. */
  default boolean resetsThroughFirmware() {
    return false;
  }

  /** The line to what was started last. */
  Line line();

  /**
   * Sees that it is there.
   *
   * @throws io.apictck.platform.PlatformException if it died
   */
  void check();

  /**
   * The line broke: tells why, if it knows.
   *
   * @throws io.apictck.platform.PlatformException if the machine died
   */
  default void lineBroke() {
    check();
  }

  /** Around each time that something is wanted of it; it may rest otherwise. */
  default void wake() {}

  /** How long it had the chance to run, in nanoseconds; what matters are differences. */
  default long ran() {
    return System.nanoTime();
  }

  /** How long it must have run without an answer to be taken for halted, in nanoseconds. */
  long silence();

  /** After how many nanoseconds a frame is sent again. */
  long resend();

  /** How long a processor may stay away from its idle loop, in nanoseconds. */
  long absence();

  /** See {@link Frame#limit}. */
  int limit();

  /** A clock of the machine's own, if its time does not pass as ours does. */
  default Optional<MachineClock> clock() {
    return Optional.empty();
  }

  /** After a reset; what is written here comes before everything else. */
  default void prepare(GuestMemory memory) {}

  /** Is told of a block before a processor is told to execute it. */
  default void executes(List<Instruction> instructions) {}

  /**
   * Performs an action by what processors write to memory for it.
   *
   * @throws UnsupportedActionException if it cannot
   */
  default void stimulate(Action action, GuestMemory memory) {
    throw new UnsupportedActionException(description().name() + " offers no " + action);
  }

  @Override
  void close();
}
