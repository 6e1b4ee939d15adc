package io.apictck.target.agent;

/**
 * What runs blocks: a processor outside of guests, or one of its guests.
 *
 * @param cpu index of the processor
 * @param name as in {@code processor 0}
 * @param mailbox address of its mailbox
 * @param code where its blocks lie
 * @param codeSize bytes for them
 * @param entersGuests whether its VMLAUNCH and VMRESUME may enter a guest
 * @param symbols of the agent
 */
record Side(
    int cpu,
    String name,
    long mailbox,
    long code,
    int codeSize,
    boolean entersGuests,
    AgentSymbols symbols) {
  /** A processor. */
  static Side processor(int cpu, AgentSymbols symbols, boolean entersGuests) {
    return new Side(
        cpu,
        "processor " + cpu,
        AgentLayout.mailbox(cpu),
        AgentLayout.CODE + (long) cpu * AgentLayout.CODE_SIZE,
        AgentLayout.CODE_SIZE,
        entersGuests,
        symbols);
  }

  /** A guest of a processor. */
  static Side guest(int cpu, int guest, AgentSymbols symbols) {
    return new Side(
        cpu,
        "guest " + guest + " of processor " + cpu,
        AgentLayout.mailbox(cpu, guest),
        AgentLayout.guestMemory(cpu, guest) + AgentLayout.GUEST_STACK,
        AgentLayout.GUEST_SIZE - AgentLayout.GUEST_STACK,
        false,
        symbols);
  }

  /** Mailbox of the processor, which tells whether it may be halted. */
  long processorMailbox() {
    return AgentLayout.mailbox(cpu);
  }
}
