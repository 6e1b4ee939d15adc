package io.apictck.suites.experiment;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingTable;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.hypervisor.VirtualProcessor;

/** How the interrupt of a device comes to the processor of a guest. */
enum DevicePath {
  /** As a message that no remapping unit looks at. */
  MESSAGE(""),
  /** Through an entry of a remapping unit in remapped format. */
  REMAPPED(", device remapped"),
  /** Through an entry of a remapping unit in posted format. */
  POSTED(", device posted by VT-d");

  private static final int INDEX = 3;
  private static final int TABLE_SIZE = 7;

  private final String title;

  DevicePath(String title) {
    this.title = title;
  }

  /** What it adds to the title of a technique. */
  String title() {
    return title;
  }

  /** Whether the guest gets it with its own vector, and the host none. */
  boolean posts() {
    return this == POSTED;
  }

  /** Programs the remapping unit; the guest is not entered yet. */
  void prepare(Machine machine, VirtualProcessor target, int vector) {
    if (this == MESSAGE) {
      return;
    }
    boolean extended = machine.remappingUnit().wantsExtendedMode();
    RemappingTable table = RemappingTable.create(machine, TABLE_SIZE);
    RemappingEntry entry =
        posts()
            ? PostedEntry.to(target.guest().descriptor().address(), vector)
            : RemappedEntry.fixed(vector, target.host().apicId(), extended);
    table.set(INDEX, entry);
    machine.remappingUnit().start(table, extended);
  }

  /**
   * The device interrupts. Where the platform has none, a processor without a guest takes its
   * place: for the processor that gets the message there is no difference.
   */
  void send(Machine machine, VirtualProcessor target, int vector) {
    int apicId = target.host().apicId();
    if (this != MESSAGE) {
      machine.deviceWrite(RemappableMessage.of(INDEX).address().physicalAddress(), 0);
    } else if (machine.offers(Stimulus.DEVICE_WRITE)) {
      machine.deviceWrite(
          MessageAddress.physical(apicId).physicalAddress(), MessageData.fixed(vector).raw());
    } else {
      machine.cpu(2).lapic().send(InterruptCommand.fixed(vector).withDestination(apicId));
    }
  }
}
