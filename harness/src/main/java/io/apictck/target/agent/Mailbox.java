package io.apictck.target.agent;

/** What a processor shows of itself in its mailbox, for machines that have to look there. */
public final class Mailbox {
  private final GuestMemory memory;
  private final long address;

  /** Mailbox of processor {@code cpu}. */
  public Mailbox(GuestMemory memory, int cpu) {
    this.memory = memory;
    this.address = AgentLayout.mailbox(cpu);
  }

  /** Turns of the idle loop since power-on. */
  public long beats() {
    return memory.read64(address + AgentLayout.BOX_BEATS);
  }

  /** Events told since power-on. */
  public long events() {
    return memory.read64(address + AgentLayout.BOX_EVENTS);
  }

  /** Whether it is in HLT or MWAIT, or close to it. */
  public boolean halting() {
    return (int) memory.read64(address + AgentLayout.BOX_HALTING) != 0;
  }
}
