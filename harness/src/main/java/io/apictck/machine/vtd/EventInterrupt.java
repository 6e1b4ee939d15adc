package io.apictck.machine.vtd;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.vtd.EventControl;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.machine.Cpu;

/**
 * Driver of an interrupt of the remapping unit itself: fault event or invalidation event (Intel
 * VT-d specification, "Remapping Hardware Event Interrupt Programming").
 */
public final class EventInterrupt {
  private final RemappingUnit unit;
  private final RemappingRegister control;
  private final RemappingRegister data;
  private final RemappingRegister address;
  private final RemappingRegister upperAddress;

  private EventInterrupt(
      RemappingUnit unit,
      RemappingRegister control,
      RemappingRegister data,
      RemappingRegister address,
      RemappingRegister upperAddress) {
    this.unit = unit;
    this.control = control;
    this.data = data;
    this.address = address;
    this.upperAddress = upperAddress;
  }

  static EventInterrupt ofFaults(RemappingUnit unit) {
    return new EventInterrupt(
        unit,
        RemappingRegister.FECTL,
        RemappingRegister.FEDATA,
        RemappingRegister.FEADDR,
        RemappingRegister.FEUADDR);
  }

  static EventInterrupt ofInvalidations(RemappingUnit unit) {
    return new EventInterrupt(
        unit,
        RemappingRegister.IECTL,
        RemappingRegister.IEDATA,
        RemappingRegister.IEADDR,
        RemappingRegister.IEUADDR);
  }

  /** Its control register. */
  public EventControl control() {
    return EventControl.of((int) unit.read(control));
  }

  /** Holds messages back or lets them out. */
  public void setMasked(boolean masked) {
    unit.write(control, masked ? Integer.toUnsignedLong(EventControl.IM) : 0);
  }

  /** Programs the message. */
  public void program(long messageAddress, int messageData) {
    unit.write(data, Integer.toUnsignedLong(messageData));
    unit.write(address, messageAddress & 0xFFFF_FFFFL);
    unit.write(upperAddress, messageAddress >>> Integer.SIZE);
  }

  /**
   * Programs a Fixed, edge-triggered message to a processor; bits 31:8 of its APIC ID go to the
   * upper address.
   */
  public void program(Cpu target, int vector) {
    long upper = Integer.toUnsignedLong(target.apicId() & ~0xFF);
    program(
        upper << Integer.SIZE | MessageAddress.physical(target.apicId()).physicalAddress(),
        MessageData.fixed(vector).raw());
  }
}
