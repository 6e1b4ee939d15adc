package io.apictck.model.vtd;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.vtd.EventControl;
import io.apictck.model.lapic.InterruptMessage;

/**
 * An event of the unit itself: its control, data, address and upper address registers (Intel VT-d
 * specification, "Fault Event Control Register" and the registers behind it, "Programming in
 * Remapping Hardware Event Interrupts").
 *
 * <p>Supported: the mask IM and the pending bit IP; fixed and lowest-priority messages. They are
 * never remapped. Where the unit has ECAP.EIM bits 31:8 of the upper address are those of the APIC
 * ID.
 *
 * <p>Open points, decided: of the data only bits 8:0 count, 15:0 are stored; an address outside of
 * FEEx_xxxxh sends nothing; FFh is a broadcast unless there are upper bits or destinations of 32
 * bits are on.
 */
class EventMessage {
  private static final int DATA_BITS = 0xFFFF;
  private static final int ADDRESS_BITS = ~3;
  private static final int UPPER_ID_BITS = ~0xFF;

  final RemappingUnit unit;
  boolean masked;
  boolean pending;
  int data;
  int address;
  int upperAddress;

  EventMessage(RemappingUnit unit) {
    this.unit = unit;
  }

  void reset() {
    masked = true;
    pending = false;
    data = 0;
    address = 0;
    upperAddress = 0;
  }

  /** The control register. */
  int control() {
    return (masked ? EventControl.IM : 0) | (pending ? EventControl.IP : 0);
  }

  /** Software writes the control register: a message that was held back goes out with the mask. */
  void writeControl(int value) {
    masked = EventControl.of(value).masked();
    if (!masked && pending) {
      pending = false;
      send();
    }
  }

  void writeData(int value) {
    data = value & DATA_BITS;
  }

  void writeAddress(int value) {
    address = value & ADDRESS_BITS;
  }

  void writeUpperAddress(int value) {
    upperAddress = unit.extendedCapability.extendedInterruptMode() ? value : 0;
  }

  /** What the event tells of became true. */
  void raise() {
    if (masked) {
      pending = true;
    } else {
      send();
    }
  }

  /** Software has dealt with all that the event tells of: what is held back is dropped. */
  void settled() {
    pending = false;
  }

  private void send() {
    if (MessageAddress.contains(Integer.toUnsignedLong(address))) {
      unit.world.send(message());
    }
  }

  /** The message. */
  InterruptMessage message() {
    MessageAddress target = MessageAddress.of(address);
    return new InterruptMessage(
        destination(target),
        target.logical(),
        mode(target),
        MessageData.of(data).vector(),
        true,
        false);
  }

  /** Its destination. */
  int destination(MessageAddress target) {
    int upper = upperAddress & UPPER_ID_BITS;
    boolean wide = upper != 0 || unit.commands.table.extendedInterruptMode();
    return wide ? upper | target.destination() : InterruptMessage.widened(target.destination());
  }

  /** Its delivery mode. */
  DeliveryMode mode(MessageAddress target) {
    boolean lowest = (MessageData.of(data).deliveryMode().code() & 1) != 0;
    return lowest || (target.redirectionHint() && target.logical())
        ? DeliveryMode.LOWEST_PRIORITY
        : DeliveryMode.FIXED;
  }
}
