package io.apictck.model.ioapic;

import io.apictck.arch.RedirectionEntry;
import io.apictck.model.lapic.InterruptMessage;

/** What an I/O APIC sees of the machine. */
public interface IoApicWorld {
  /**
   * Sends a message to the local APICs.
   *
   * @return whether one accepted it
   */
  boolean send(InterruptMessage message);

  /**
   * Sends the request of an entry, which a remapping unit may take for one in remappable format.
   *
   * @param message what it is in compatibility format
   * @return whether a local APIC accepted it
   */
  default boolean send(RedirectionEntry entry, InterruptMessage message) {
    return send(message);
  }
}
