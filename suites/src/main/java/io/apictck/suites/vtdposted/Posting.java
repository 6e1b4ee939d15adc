package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.NotificationControl;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.machine.vtd.RemappingTable;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.suites.support.PostedScheduling;

/**
 * A remapping unit that works, with a table of 512 entries, and a device that makes requests.
 * Processor 0 does what the host does.
 *
 * @param unit the unit
 * @param table its table
 * @param extended whether destinations have 32 bits
 */
record Posting(RemappingUnit unit, RemappingTable table, boolean extended) {
  /** The notification vector. */
  static final int NV = PostedScheduling.ACTIVE;

  /** Requester ID of the device. */
  static final int DEVICE = 0x0518;

  private static final int TABLE_SIZE = 8;

  /** One in the mode of the local APICs. */
  static Posting on(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    return on(machine, unit.wantsExtendedMode());
  }

  /** One whose destinations have 32 bits, or eight. */
  static Posting on(Machine machine, boolean extended) {
    RemappingTable table = RemappingTable.create(machine, TABLE_SIZE);
    machine.remappingUnit().start(table, extended);
    return new Posting(machine.remappingUnit(), table, extended);
  }

  /** The machine. */
  Machine machine() {
    return unit.machine();
  }

  /** The processor of the host. */
  Cpu host() {
    return machine().cpu(0);
  }

  /** A new descriptor that notifies a processor. */
  PostedInterrupts newDescriptor(Cpu target) {
    return prepared(PostedInterrupts.create(host()), target);
  }

  /** Makes a descriptor notify a processor. */
  PostedInterrupts prepared(PostedInterrupts descriptor, Cpu target) {
    descriptor.setControl(notifying(target).raw());
    return descriptor;
  }

  /** What the control of a descriptor is that notifies a processor. */
  NotificationControl notifying(Cpu target) {
    return NotificationControl.to(NV, target.apicId(), extended);
  }

  /** Replaces an entry of the table, and invalidates it. */
  void set(int index, RemappingEntry entry) {
    unit.replace(table, index, entry);
  }

  /** Makes the entry at the index of its vector post it. */
  void post(PostedInterrupts descriptor, int... vectors) {
    for (int vector : vectors) {
      set(vector, PostedEntry.to(descriptor.address(), vector));
    }
  }

  /** The device makes a request. */
  void request(int index) {
    request(DEVICE, RemappableMessage.of(index), 0);
  }

  /** A device makes a request whose data need not be those of the message. */
  void request(int requesterId, RemappableMessage message, int data) {
    machine().deviceWrite(requesterId, message.address().physicalAddress(), data);
  }

  /** One request of the device was blocked, and recorded. */
  void isBlocked(FaultReason reason) {
    assertThat(unit).hasFault(reason, DEVICE);
    unit.clearFaults();
  }

  /** Nothing is recorded. */
  void hasNoFault() {
    assertThat(unit).hasNoFault();
  }

  /** What a descriptor holds. */
  static void holds(PostedInterrupts descriptor, NotificationControl control, int... vectors) {
    assertThat(descriptor.pir()).as("PIR").containsExactlyVectors(vectors);
    assertThat(descriptor.notification()).as("control of the descriptor").isEqualTo(control);
  }

  /** What the software of the host does instead of a processor: takes the requests. */
  static VectorSet consume(PostedInterrupts descriptor) {
    descriptor.update(old -> old.withOutstanding(false));
    return descriptor.takeRequests();
  }

  /** Fails unless a counter comes to this number, and stays there. */
  void isNotified(Counter notifications, int count) {
    machine().settle(() -> notifications.count() >= count);
    machine().expectNothing();
    assertThat(notifications).hasCount(count);
  }

  /** Zeros everything in a descriptor. */
  static void clear(PostedInterrupts descriptor) {
    for (int offset = 0; offset < PostedInterruptDescriptor.SIZE; offset += Long.BYTES) {
      descriptor.setQuad(offset, 0);
    }
  }
}
