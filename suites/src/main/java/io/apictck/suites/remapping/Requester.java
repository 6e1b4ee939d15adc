package io.apictck.suites.remapping;

import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.MsiXCapability;
import io.apictck.suites.support.Pin;

/** Something that makes interrupt requests which go through a remapping unit. */
sealed interface Requester {
  /** The source ID of its requests. */
  int sourceId();

  /** Makes a request for the entry at an index, without subhandle. */
  void request(int index);

  /** One that chooses address and data of its requests. */
  sealed interface OfMessages extends Requester {
    /** How many low bits of the data it chooses; the others are zero. */
    int dataBits();

    /** Writes data to an address. */
    void send(long address, int data);

    /** Sends a message in remappable format. */
    default void send(RemappableMessage message) {
      send(message.address().physicalAddress(), message.data());
    }

    @Override
    default void request(int index) {
      send(RemappableMessage.of(index));
    }
  }

  /** A function of any ID that writes to memory. */
  record Writer(Machine machine, int sourceId) implements OfMessages {
    @Override
    public int dataBits() {
      return Integer.SIZE;
    }

    @Override
    public void send(long address, int data) {
      machine.deviceWrite(sourceId, address, data);
    }

    @Override
    public String toString() {
      return "function " + Hex.dword(sourceId);
    }
  }

  /** The first message of a function with MSI. */
  record Msi(MsiCapability capability) implements OfMessages {
    @Override
    public int sourceId() {
      return capability.function().requesterId();
    }

    @Override
    public int dataBits() {
      return Short.SIZE;
    }

    @Override
    public void send(long address, int data) {
      capability.allocate(0);
      capability.program(address, data);
      capability.setEnabled(true);
      capability.function().pulse(0);
      capability.setEnabled(false);
    }

    @Override
    public String toString() {
      return capability.toString();
    }
  }

  /** The first entry of a function with MSI-X. */
  record MsiX(MsiXCapability capability) implements OfMessages {
    @Override
    public int sourceId() {
      return capability.function().requesterId();
    }

    @Override
    public int dataBits() {
      return Integer.SIZE;
    }

    @Override
    public void send(long address, int data) {
      capability.setMessage(0, address, data);
      capability.setMask(0, false);
      capability.setEnabled(true);
      capability.function().pulse(0);
      capability.setEnabled(false);
      capability.setMask(0, true);
    }

    @Override
    public String toString() {
      return capability.toString();
    }
  }

  /** An edge-triggered input of an I/O APIC; no other is used through it. */
  record Input(Pin pin, int sourceId) implements Requester {
    private static final int VECTOR = 0x3A;

    @Override
    public void request(int index) {
      pin.set(RemappableRedirectionEntry.of(index, VECTOR).entry());
      pin.pulse();
      pin.release();
    }

    @Override
    public String toString() {
      return pin.toString();
    }
  }
}
