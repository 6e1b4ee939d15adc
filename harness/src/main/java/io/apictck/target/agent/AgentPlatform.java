package io.apictck.target.agent;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.GuestState;
import io.apictck.platform.Outcome;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The SPI on a machine that the guest agent runs in. */
public final class AgentPlatform implements Platform {
  private static final long START_LIMIT = 20_000_000_000L;
  private static final byte[] RSM = {0x0F, (byte) 0xAA};

  /** How long a processor may work on a block; far more than even a busy computer needs. */
  private static final long ANSWER_LIMIT = 3_000_000_000L;

  /** After so many turns in which nothing changed nothing will. */
  private static final int RESTING_TURNS = 2;

  /** A guest that was entered halted shows nothing; one that was not entered does, if late. */
  private static final long INACTIVE_REST = 60_000_000L;

  private final AgentMachine machine;
  private final AgentImage image;
  private final long startLimit;
  private final long answerLimit;
  private final PlatformDescription description;
  private final PlatformDescription offered;
  private List<AgentProcessor> cpus = List.of();
  private long began;

  /** Takes a machine over and starts it. */
  public AgentPlatform(AgentMachine machine, AgentImage image) {
    this(machine, image, START_LIMIT, ANSWER_LIMIT);
  }

  /** With limits in nanoseconds. */
  AgentPlatform(AgentMachine machine, AgentImage image, long startLimit, long answerLimit) {
    this.machine = machine;
    this.image = image;
    this.startLimit = startLimit;
    this.answerLimit = answerLimit;
    this.description = machine.description();
    reset();
    this.offered = offered();
  }

  /** The agent adds user interrupts where the processors have them. */
  private PlatformDescription offered() {
    if ((int) machine.memory().read64(AgentLayout.HEADER + AgentLayout.HEADER_USER) == 0) {
      return description;
    }
    Set<Stimulus> stimuli = EnumSet.of(Stimulus.USER_INTERRUPTS);
    stimuli.addAll(description.stimuli());
    return description.withStimuli(stimuli);
  }

  @Override
  public PlatformDescription description() {
    return offered;
  }

  @Override
  public long userInterruptHandler() {
    return offered.stimuli().contains(Stimulus.USER_INTERRUPTS)
        ? image.symbols().userHandler()
        : Platform.super.userInterruptHandler();
  }

  @Override
  public Outcome perform(Action action) {
    List<Event> events = new ArrayList<>();
    switch (action) {
      case Action.Execute(int cpu, long block, var instructions) -> {
        machine.executes(instructions);
        cpus.get(cpu).start(block, instructions);
        settle(events);
      }
      case Action.Elapse(long nanos) -> elapse(nanos, events);
      case Action.Reset() -> reset();
      case Action.SetGate(int vector, boolean trap) -> {
        machine
            .memory()
            .write(
                AgentLayout.HEADER + AgentLayout.HEADER_TRAPS + vector,
                new byte[] {(byte) (trap ? 1 : 0)});
      }
      default -> {
        machine.stimulate(action);
        settle(events);
      }
    }
    return new Outcome(events, machine.nanos() - began);
  }

  private boolean entersGuests() {
    return description.stimuli().contains(Stimulus.VM_ENTRY);
  }

  @Override
  public GuestState guest(int cpu, int guest) {
    return entersGuests() ? cpus.get(cpu).guest(guest) : Platform.super.guest(cpu, guest);
  }

  private void reset() {
    machine.reset(this::load);
    cpus = new ArrayList<>();
    for (int i = 0; i < description.processors(); i++) {
      cpus.add(new AgentProcessor(i, image.symbols(), machine.memory(), entersGuests()));
    }
    long limit = System.nanoTime() + startLimit;
    for (int turns = 0; !cpus.getFirst().beats(); turns++) {
      machine.turn();
      machine.pause(turns);
      if (System.nanoTime() > limit) {
        throw new PlatformTimeoutException(
            description.name()
                + ": the guest agent did not start within "
                + startLimit / 1_000_000
                + " ms");
      }
    }
    began = machine.nanos();
  }

  private void load() {
    GuestMemory memory = machine.memory();
    memory.write(AgentLayout.AGENT_BASE, image.agent());
    // a system-management interrupt does nothing; without this it would run wild
    memory.write(AgentLayout.SMI_HANDLER, RSM);
    memory.write64(AgentLayout.HEADER + AgentLayout.HEADER_IDLE, machine.yields() ? 1 : 0);
    memory.write64(AgentLayout.HEADER + AgentLayout.HEADER_COUNT, description.processors());
    for (int i = 0; i < description.processors(); i++) {
      int id = description.apicIds().get(i);
      memory.write(
          AgentLayout.HEADER + AgentLayout.HEADER_APIC_IDS + 4L * i,
          new byte[] {(byte) id, (byte) (id >> 8), (byte) (id >> 16), (byte) (id >> 24)});
    }
  }

  /** Until no processor can go on by itself. */
  private void settle(List<Event> events) {
    long limit = System.nanoTime() + answerLimit;
    int idleTurns = 0;
    int restingTurns = 0;
    long restingSince = 0;
    // what was before the action does not count
    machine.settled();
    boolean wasSettled = false;
    while (true) {
      machine.turn();
      boolean any = collect(events);
      boolean settled = machine.settled();
      boolean inactive = entersInactive();
      boolean busy = busy() || inactive;
      restingTurns = settled && !any && mayRest() ? restingTurns + 1 : 0;
      restingSince = restingTurns > 1 ? restingSince : System.nanoTime();
      boolean rests =
          restingTurns >= RESTING_TURNS
              && (!inactive || System.nanoTime() - restingSince >= INACTIVE_REST);
      if (rests && cameToRest(events)) {
        restingTurns = 0;
      } else if (any || busy) {
        idleTurns = any ? 0 : idleTurns + 1;
        wasSettled = false;
      } else if (settled) {
        // where processors run in turns, each had its turn after the last event
        if (wasSettled || machine.yields()) {
          return;
        }
        wasSettled = true;
      }
      if (System.nanoTime() > limit) {
        throw new PlatformTimeoutException(
            description.name()
                + ": a processor did not answer within "
                + answerLimit / 1_000_000
                + " ms");
      }
      machine.pause(idleTurns);
    }
  }

  private boolean busy() {
    for (AgentProcessor cpu : cpus) {
      if (cpu.busy()) {
        return true;
      }
    }
    return false;
  }

  private boolean entersInactive() {
    return cpus.stream().anyMatch(AgentProcessor::entersInactive);
  }

  private boolean mayRest() {
    return cpus.stream().anyMatch(AgentProcessor::mayRest);
  }

  private boolean cameToRest(List<Event> events) {
    boolean any = false;
    for (AgentProcessor cpu : cpus) {
      any |= cpu.cameToRest(events);
    }
    return any;
  }

  private boolean collect(List<Event> events) {
    boolean any = false;
    for (int i = 0; i < cpus.size(); i++) {
      AgentProcessor cpu = cpus.get(i);
      any |= cpu.collect(events);
      switch (machine.condition(i)) {
        case ACTIVE -> {}
        case WAIT_FOR_SIPI -> {
          if (!cpu.waiting()) {
            cpu.wasReset(events);
            any = true;
          }
        }
        case SHUT_DOWN ->
            throw new PlatformException("processor " + i + " shut down (triple fault)");
      }
    }
    return any;
  }

  private void elapse(long nanos, List<Event> events) {
    long end = machine.nanos() + nanos;
    int turns = 0;
    while (events.isEmpty()) {
      machine.turn();
      if (collect(events)) {
        settle(events);
        return;
      }
      if (machine.nanos() >= end) {
        return;
      }
      machine.pause(turns++);
    }
  }

  @Override
  public void close() {
    machine.close();
  }
}
