package io.apictck.target.agent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Addresses in the guest agent that a VMCS needs; they stand near its beginning.
 *
 * @param pageTables CR3
 * @param gdt the global descriptor table
 * @param idt the interrupt descriptor table
 * @param userHandler handler of user interrupts
 * @param guestStart RIP of a guest that begins afresh
 * @param vmExit host RIP
 * @param vmEnter routine that blocks call before VMLAUNCH and VMRESUME
 */
record AgentSymbols(
    long pageTables,
    long gdt,
    long idt,
    long userHandler,
    long guestStart,
    long vmExit,
    long vmEnter) {
  private static final int OFFSET = 0x10;

  /** Reads them from the agent's image. */
  static AgentSymbols of(byte[] agent) {
    ByteBuffer image = ByteBuffer.wrap(agent).order(ByteOrder.LITTLE_ENDIAN).position(OFFSET);
    return new AgentSymbols(
        image.getLong(),
        image.getLong(),
        image.getLong(),
        image.getLong(),
        image.getLong(),
        image.getLong(),
        image.getLong());
  }
}
