package io.apictck.target.agent;

import io.apictck.platform.Action;
import io.apictck.platform.Board;
import io.apictck.platform.PlatformDescription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** A machine without processors: a script says what happens in each turn. */
final class FakeMachine implements AgentMachine {
  final ByteMemory memory = new ByteMemory();
  final Condition[] conditions = {Condition.ACTIVE, Condition.WAIT_FOR_SIPI};
  final List<Action> stimuli = new ArrayList<>();
  final List<FakeGuest> guests = List.of(new FakeGuest(memory, 0), new FakeGuest(memory, 1));
  boolean yields;
  boolean starts = true;
  boolean alwaysSettled;
  boolean closed;
  private final Deque<Runnable> script = new ArrayDeque<>();

  /** What happens in the next turn that nothing was scripted for. */
  void then(Runnable step) {
    script.add(step);
  }

  @Override
  public PlatformDescription description() {
    return new PlatformDescription(
        "fake",
        "1",
        List.of(0, 0x1234),
        AgentLayout.SCRATCH,
        AgentLayout.SCRATCH_SIZE,
        AgentLayout.START_VECTORS,
        Board.BARE,
        Set.of(),
        false,
        Duration.ofSeconds(1),
        Duration.ofMillis(1));
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  @Override
  public void reset(Runnable load) {
    memory.clear(0, AgentLayout.RAM_SIZE);
    Arrays.fill(conditions, Condition.WAIT_FOR_SIPI);
    conditions[0] = Condition.ACTIVE;
    load.run();
  }

  @Override
  public boolean yields() {
    return yields;
  }

  @Override
  public void turn() {
    if (!script.isEmpty()) {
      script.remove().run();
    }
    if (starts) {
      guests.getFirst().beats();
    }
  }

  @Override
  public void pause(int turns) {}

  @Override
  public boolean settled() {
    return alwaysSettled || script.isEmpty();
  }

  @Override
  public Condition condition(int cpu) {
    return conditions[cpu];
  }

  @Override
  public void stimulate(Action action) {
    stimuli.add(action);
  }

  @Override
  public void close() {
    closed = true;
  }
}
