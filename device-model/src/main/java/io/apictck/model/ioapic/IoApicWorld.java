package io.apictck.model.ioapic;

import io.apictck.model.lapic.InterruptMessage;

/** What an I/O APIC sees of the machine. */
public interface IoApicWorld {
  /**
   * Sends a message to the local APICs.
   *
   * @return whether one accepted it
   */
  boolean send(InterruptMessage message);
}
