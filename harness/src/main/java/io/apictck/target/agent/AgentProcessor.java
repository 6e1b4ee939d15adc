package io.apictck.target.agent;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.platform.Event;
import io.apictck.platform.GuestState;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A processor of an agent's machine: its host side, its guests, and which of them runs. */
final class AgentProcessor {
  private static final InterruptionInformation NOTHING = InterruptionInformation.of(0);

  private final int index;
  private final AgentSymbols symbols;
  private final GuestMemory memory;
  private final AgentCpu host;
  private final @Nullable AgentCpu[] guests = new AgentCpu[GuestState.GUESTS];
  private @Nullable AgentCpu running;
  private long entryBlock;
  private InterruptionInformation injection = NOTHING;

  AgentProcessor(int index, AgentSymbols symbols, GuestMemory memory, boolean entersGuests) {
    this.index = index;
    this.symbols = symbols;
    this.memory = memory;
    this.host = new AgentCpu(Side.processor(index, symbols, entersGuests), memory, this::exited);
  }

  boolean waiting() {
    return host.waiting();
  }

  private AgentCpu current() {
    AgentCpu guest = running;
    return guest == null ? host : guest;
  }

  /** Whether it has something to do that it will end without another action. */
  boolean busy() {
    return current().busy();
  }

  boolean beats() {
    return host.beats();
  }

  void start(long number, List<Instruction> instructions) {
    if (running == null) {
      noteInjection(instructions);
    }
    current().start(number, instructions);
  }

  /**
   * Handlers cannot tell which kind of event they were entered by: what is injected is told here.
   */
  private void noteInjection(List<Instruction> instructions) {
    for (Instruction instruction : instructions) {
      if (instruction instanceof Instruction.Vmwrite(int field, long value)
          && field == VmcsField.ENTRY_INTERRUPTION_INFORMATION.encoding()) {
        injection = InterruptionInformation.of((int) value);
      }
    }
  }

  /** A guest is about to be used. */
  GuestState guest(int number) {
    if (guests[number] == null) {
      memory.openMailbox(index, AgentLayout.mailbox(index, number));
      guests[number] =
          new AgentCpu(
              Side.guest(index, number, symbols),
              memory,
              (reason, rip, mailbox, events) -> {
                throw new IllegalStateException("a guest told of a VM exit");
              });
    }
    return AgentGuestState.of(symbols, index, number);
  }

  /** Appends what happened since the last call; returns whether anything did. */
  boolean collect(List<Event> events) {
    boolean any = host.collect(events);
    if (running == null) {
      any |= entersVisibly(events);
    }
    if (running != null) {
      any |= running.collect(events);
    }
    return any;
  }

  private boolean entersVisibly(List<Event> events) {
    StartedBlock block = host.entering();
    if (block == null) {
      return false;
    }
    AgentCpu guest = guestAt(host.enteredMailbox(block));
    if (guest == null || !guest.hasNews()) {
      return false;
    }
    entered(block, events);
    return true;
  }

  /**
   * Nothing happens any more. A VM entry that did not fail until now has succeeded; the block that
   * a guest was in is not executed any more if it went back to its idle loop without ending.
   *
   * @return whether that changed anything
   */
  boolean cameToRest(List<Event> events) {
    StartedBlock block = running == null ? host.entering() : null;
    if (block != null) {
      entered(block, events);
      return true;
    }
    if (running != null && running.busy()) {
      running.dropBlock();
      return true;
    }
    return false;
  }

  /** Whether the block that is executed ends in a VM entry, or is that of a guest. */
  boolean mayRest() {
    return running != null || host.entering() != null;
  }

  /** Whether it enters a guest that will not be active, as far as that is known. */
  boolean entersInactive() {
    return running == null && host.entering() != null && host.halting();
  }

  private void entered(StartedBlock block, List<Event> events) {
    AgentCpu guest = guestAt(host.enteredMailbox(block));
    if (guest == null) {
      guest = anyGuest();
    }
    host.entered(block);
    entryBlock = block.number;
    guest.expectInjected(injection);
    // a VM exit clears the valid bit
    injection = NOTHING;
    running = guest;
    events.add(new Event.VmEntered(index, block.number));
  }

  private @Nullable AgentCpu guestAt(long mailbox) {
    for (AgentCpu guest : guests) {
      if (guest != null && guest.mailbox() == mailbox) {
        return guest;
      }
    }
    return null;
  }

  /** Of a VMCS whose GS base is the test's. */
  private AgentCpu anyGuest() {
    for (AgentCpu guest : guests) {
      if (guest != null) {
        return guest;
      }
    }
    throw new IllegalStateException("a guest was entered that was not asked for");
  }

  private void exited(int reason, long rip, long mailbox, List<Event> events) {
    StartedBlock block = running == null ? host.entering() : null;
    boolean failed = (reason & ExitReason.ENTRY_FAILURE) != 0;
    if (block != null && failed) {
      host.entered(block);
      entryBlock = block.number;
    } else if (block != null) {
      entered(block, events);
    }
    AgentCpu guest = running == null ? guestAt(mailbox) : running;
    if (guest != null && !failed) {
      guest.collect(events);
    }
    running = null;
    Place place = guest == null ? Place.IDLE : guest.placeOf(rip);
    events.add(new Event.VmExited(index, entryBlock, reason, place));
  }

  /** INIT dropped all it did. */
  void wasReset(List<Event> events) {
    running = null;
    injection = NOTHING;
    host.wasReset(events);
  }
}
