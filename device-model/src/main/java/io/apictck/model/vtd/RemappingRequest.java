package io.apictck.model.vtd;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.model.lapic.InterruptMessage;

/**
 * An interrupt request that reached a remapping unit (Intel VT-d specification, "Interrupt Request
 * Formats").
 *
 * @param sourceId who made it: bus, device and function
 * @param isRemappable whether its format bit says remappable format
 * @param handle handle of remappable format
 * @param subhandleValid SHV of remappable format
 * @param data all 32 bits of the data
 * @param compatibility what it is in compatibility format
 */
public record RemappingRequest(
    int sourceId,
    boolean isRemappable,
    int handle,
    boolean subhandleValid,
    int data,
    InterruptMessage compatibility) {
  /** A write of a PCI function. */
  public static RemappingRequest of(
      int sourceId, long address, int data, InterruptMessage compatibility) {
    MessageAddress target = MessageAddress.of((int) address);
    RemappableMessage message = RemappableMessage.of(target, data);
    return new RemappingRequest(
        sourceId,
        RemappableMessage.isRemappable(target),
        message.handle(),
        message.subhandleValid(),
        data,
        compatibility);
  }

  /** A request of an I/O APIC; it never has a subhandle. */
  public static RemappingRequest of(
      int sourceId, RedirectionEntry entry, InterruptMessage compatibility) {
    RemappableRedirectionEntry remappable = RemappableRedirectionEntry.of(entry.raw());
    return new RemappingRequest(
        sourceId, remappable.isRemappable(), remappable.index(), false, 0, compatibility);
  }
}
