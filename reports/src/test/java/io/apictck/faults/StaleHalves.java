package io.apictck.faults;

import io.apictck.arch.Msr;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Outcome;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A machine whose RDMSR of the local APIC's registers leaves the upper halves of RAX and RDX as
 * they were, that is, all ones.
 */
public final class StaleHalves implements Platform {
  private static final long UPPER = 0xFFFF_FFFF_0000_0000L;

  private final Platform platform;
  private final Map<Long, List<Instruction>> blocks = new HashMap<>();

  /** Wraps a correct machine. */
  public StaleHalves(Platform platform) {
    this.platform = platform;
  }

  @Override
  public PlatformDescription description() {
    return platform.description();
  }

  @Override
  public Outcome perform(Action action) {
    if (action instanceof Action.Execute execute) {
      blocks.put(execute.block(), execute.instructions());
    }
    Outcome outcome = platform.perform(action);
    return new Outcome(outcome.events().stream().map(this::spoiled).toList(), outcome.nanos());
  }

  private Event spoiled(Event event) {
    if (!(event instanceof Event.Completed(int cpu, long block, long[] values))) {
      return event;
    }
    long[] spoiled = values.clone();
    int next = 0;
    for (Instruction instruction : blocks.remove(block)) {
      if (instruction instanceof Instruction.Rdmsr(int msr)
          && msr >= Msr.X2APIC_FIRST
          && msr <= Msr.X2APIC_LAST) {
        spoiled[next] |= UPPER;
        spoiled[next + 1] |= UPPER;
      }
      next += instruction.values();
    }
    return new Event.Completed(cpu, block, spoiled);
  }

  @Override
  public void close() {
    platform.close();
  }
}
