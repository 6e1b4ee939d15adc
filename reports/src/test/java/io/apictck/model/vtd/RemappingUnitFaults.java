package io.apictck.model.vtd;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.InvalidationError;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.lapic.InterruptMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/** Faults in registers, invalidation queue, fault recording and events of a remapping unit. */
public final class RemappingUnitFaults {
  private static final String CACHE = "remapping.EntryCacheTests";
  private static final String COMMANDS = "remapping.CommandTests";
  private static final String ERRORS = "remapping.QueueErrorTests";
  private static final String EVENTS = "remapping.EventTests";
  private static final String QUEUE = "remapping.QueueTests";
  private static final String RECORDS = "remapping.FaultRecordTests";
  private static final String REGISTERS = "remapping.RegisterTests";
  private static final String WITHOUT = "remapping.WithoutRemappingTests";

  private RemappingUnitFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        commands(
            "BUG-229",
            "Remapping is switched on though the unit has none",
            AllSupported::new,
            WITHOUT),
        commands(
            "BUG-230",
            "Commands that were given once are repeated by each write",
            Replayed::new,
            COMMANDS),
        commands(
            "BUG-230-KEPT",
            "A write without a one-shot bit clears its status",
            Lost::new,
            COMMANDS),
        queue("BUG-231", "Invalidations are skipped", NoInvalidation::new, CACHE, QUEUE),
        queue(
            "BUG-232", "A tail in the middle of a descriptor is accepted", Unaligned::new, ERRORS),
        queue("BUG-233", "Unknown descriptors are skipped", AllTypes::new, ERRORS),
        queue("BUG-233-RESERVED", "Reserved fields are ignored", NoReserved::new, ERRORS),
        commands("BUG-234", "Extended mode stays on", StaysExtended::new, COMMANDS),
        events("BUG-238", "Events have eight bits of APIC ID", ShortEvents::new, EVENTS),
        unit("IR-IRTA", "The table address counts at once", AtOnce::new, COMMANDS),
        unit("IR-IRTA-HALF", "Halves of registers are lost", NoHalves::new, REGISTERS),
        unit(
            "IR-IRTA-RESERVED", "Reserved bits of the table address stick", Sticky::new, REGISTERS),
        commands("IR-SIRTP", "The table pointer leaves the cache", StaleTable::new, COMMANDS),
        commands("IR-QIE", "Turning the queue off keeps its head", KeptHead::new, COMMANDS),
        queue("IR-QUEUE-LAP", "The queue has twice its pages", TwicePages::new, QUEUE),
        queue("IR-WAIT-WIDE", "A status has 64 bits", WideStatus::new, QUEUE),
        queue("IR-WAIT-EARLY", "A wait does not wait for invalidations", EarlyWait::new, QUEUE),
        queue("IR-WAIT-STATUS", "A wait that interrupts writes no status", NoStatus::new, EVENTS),
        queue("IR-IWC", "Each completion is an event", EachCompletion::new, EVENTS),
        queue("IR-IQE-SKIP", "The head moves past a bad descriptor", Skipping::new, ERRORS),
        queue("IR-IQE-STAYS", "Clearing the error does not go on", Stuck::new, ERRORS),
        queue(
            "IR-IEC-RESERVED",
            "The upper half of an entry invalidation is ignored",
            HalfChecked::new,
            ERRORS),
        queue("IR-WAIT-RESERVED", "Reserved bits of waits are ignored", WaitUnchecked::new, ERRORS),
        queue("IR-IQT", "Any tail is accepted", AnyTail::new, ERRORS),
        faults("IR-EVENT-AGAIN", "Each fault is an event", EachFault::new, EVENTS),
        faults(
            "IR-FAULT-OVERWRITES", "The oldest record is overwritten", Overwriting::new, RECORDS),
        faults("IR-FAULT-GOES-ON", "Overflow does not stop recording", GoingOn::new, RECORDS),
        faults("IR-FAULT-SOURCE", "No source is recorded", NoSource::new, RECORDS),
        faults("IR-FAULT-INDEX", "Eight bits of index are recorded", ShortIndex::new, RECORDS),
        faults("IR-FAULT-FIRST", "The fault record index is 0", FirstRecord::new, RECORDS),
        faults("IR-FAULT-CLEAR", "Clearing a record clears all", AllCleared::new, RECORDS),
        faults("IR-FAULT-STATUS", "Writing the status clears faults", Clearing::new, REGISTERS),
        events("IR-EVENT-HELD", "A held event is not sent", NeverSent::new, EVENTS),
        events("IR-EVENT-DROPPED", "A masked event is lost", NotHeld::new, EVENTS),
        events("IR-EVENT-STAYS", "A held event outlives its cause", Outliving::new, EVENTS),
        events("IR-EVENT-RESET", "Events are not masked after reset", Unmasked::new, EVENTS),
        events("IR-EVENT-MASK", "The mask is ignored", NoMask::new, EVENTS),
        events("IR-EVENT-REMAPPED", "Events go through the table", Remapped::new, EVENTS));
  }

  private static PlantedFault unit(
      String id, String title, FaultyUnits.UnitMaker maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.unit(maker), suites);
  }

  private static PlantedFault commands(
      String id, String title, Function<RemappingUnit, GlobalCommands> maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.commands(maker), suites);
  }

  private static PlantedFault queue(
      String id, String title, Function<RemappingUnit, InvalidationQueue> maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.queue(maker), suites);
  }

  private static PlantedFault faults(
      String id, String title, Function<RemappingUnit, FaultRecorder> maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.faults(maker), suites);
  }

  private static PlantedFault events(
      String id, String title, Function<RemappingUnit, EventMessage> maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.events(maker), suites);
  }

  // ---- registers and commands ----

  private static final class AllSupported extends GlobalCommands {
    AllSupported(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean isSupported(GlobalCommand command) {
      return true;
    }
  }

  private static final class Replayed extends GlobalCommands {
    private int given;

    Replayed(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void write(int value) {
      given |= value & ~GlobalCommand.PERSISTENT;
      super.write(value | given);
    }
  }

  private static final class Lost extends GlobalCommands {
    Lost(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void write(int value) {
      super.write(value);
      status &= value;
    }
  }

  private static final class StaysExtended extends GlobalCommands {
    StaysExtended(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void setTable() {
      long extended = table.raw() & InterruptRemappingTableAddress.EIME;
      super.setTable();
      table = InterruptRemappingTableAddress.of(table.raw() | extended);
    }
  }

  private static final class StaleTable extends GlobalCommands {
    StaleTable(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void setTable() {
      table = unit.tableAddress();
    }
  }

  private static final class KeptHead extends GlobalCommands {
    KeptHead(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void turn(GlobalCommand command, boolean on) {
      long head = unit.queue.head;
      super.turn(command, on);
      if (command == GlobalCommand.QIE && !on) {
        unit.queue.head = head;
      }
    }
  }

  private static final class AtOnce extends RemappingUnit {
    AtOnce(ModelConfiguration configuration, long address, RemappingWorld world) {
      super(configuration, address, world);
    }

    @Override
    void writeDword(int offset, int value) {
      super.writeDword(offset, value);
      if (offset == RemappingRegister.IRTA.offset()) {
        commands.setTable();
      }
    }
  }

  private static final class NoHalves extends RemappingUnit {
    NoHalves(ModelConfiguration configuration, long address, RemappingWorld world) {
      super(configuration, address, world);
    }

    @Override
    void writeDword(int offset, int value) {
      if (offset == RemappingRegister.IRTA.offset()) {
        writtenTable = 0;
      }
      super.writeDword(offset, value);
    }
  }

  private static final class Sticky extends RemappingUnit {
    private int reserved;

    Sticky(ModelConfiguration configuration, long address, RemappingWorld world) {
      super(configuration, address, world);
    }

    @Override
    int readDword(int offset) {
      return super.readDword(offset) | (offset == RemappingRegister.IRTA.offset() ? reserved : 0);
    }

    @Override
    void writeDword(int offset, int value) {
      super.writeDword(offset, value);
      if (offset == RemappingRegister.IRTA.offset()) {
        reserved = value & (int) InterruptRemappingTableAddress.RESERVED;
      }
    }
  }

  // ---- the queue ----

  private static final class NoInvalidation extends InvalidationQueue {
    NoInvalidation(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void invalidateEntries(InvalidationDescriptor descriptor) {
      // skipped
    }
  }

  private static final class Unaligned extends InvalidationQueue {
    Unaligned(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void writeTail(long value) {
      super.writeTail(value & -address.descriptorSize());
    }
  }

  private static final class AllTypes extends InvalidationQueue {
    AllTypes(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean isValidType(int type) {
      return true;
    }
  }

  private static final class NoReserved extends InvalidationQueue {
    NoReserved(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean hasReserved(InvalidationDescriptor descriptor) {
      return false;
    }
  }

  private static final class TwicePages extends InvalidationQueue {
    TwicePages(RemappingUnit unit) {
      super(unit);
    }

    @Override
    long following(long head) {
      return (head + address.descriptorSize()) % (2 * address.bytes());
    }
  }

  private static final class WideStatus extends InvalidationQueue {
    WideStatus(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void writeStatus(long at, int data) {
      unit.world.write(at & -Long.BYTES, Long.BYTES, (long) data << Integer.SIZE | data);
    }
  }

  private static final class EarlyWait extends InvalidationQueue {
    private final Deque<InvalidationDescriptor> waiting = new ArrayDeque<>();

    EarlyWait(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void writeTail(long value) {
      while (!waiting.isEmpty()) {
        super.invalidateEntries(waiting.removeFirst());
      }
      super.writeTail(value);
    }

    @Override
    void invalidateEntries(InvalidationDescriptor descriptor) {
      waiting.add(descriptor);
    }
  }

  private static final class NoStatus extends InvalidationQueue {
    NoStatus(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void complete(InvalidationDescriptor descriptor) {
      boolean interrupts = descriptor.has(InvalidationDescriptor.INTERRUPT);
      super.complete(
          interrupts ? descriptor.with(InvalidationDescriptor.STATUS_WRITE, false) : descriptor);
    }
  }

  private static final class EachCompletion extends InvalidationQueue {
    EachCompletion(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean isNewCompletion(boolean completedBefore) {
      return true;
    }
  }

  private static final class HalfChecked extends InvalidationQueue {
    HalfChecked(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean hasReserved(InvalidationDescriptor descriptor) {
      return super.hasReserved(
          descriptor.type() == InvalidationDescriptor.INTERRUPT_ENTRY_CACHE
              ? InvalidationDescriptor.of(descriptor.low(), 0)
              : descriptor);
    }
  }

  private static final class WaitUnchecked extends InvalidationQueue {
    WaitUnchecked(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean hasReserved(InvalidationDescriptor descriptor) {
      return descriptor.type() != InvalidationDescriptor.WAIT && super.hasReserved(descriptor);
    }
  }

  private static final class Skipping extends InvalidationQueue {
    Skipping(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void stop(InvalidationError wrong) {
      head = following(head);
      super.stop(wrong);
    }
  }

  private static final class Stuck extends InvalidationQueue {
    Stuck(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void resume() {
      error = InvalidationError.NONE;
    }
  }

  private static final class AnyTail extends InvalidationQueue {
    AnyTail(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void writeTail(long value) {
      super.writeTail(value % address.bytes());
    }
  }

  // ---- faults ----

  private static final class EachFault extends FaultRecorder {
    EachFault(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean isNewEvent(int before) {
      return true;
    }
  }

  private static final class Overwriting extends FaultRecorder {
    Overwriting(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void record(FaultReason reason, int sourceId, int index) {
      if (records[next].pending()) {
        records[next] = FaultRecord.NONE;
        sticky |= FaultStatus.PFO;
      }
      int overflow = sticky & FaultStatus.PFO;
      sticky &= ~FaultStatus.PFO;
      super.record(reason, sourceId, index);
      sticky |= overflow;
    }
  }

  private static final class GoingOn extends FaultRecorder {
    GoingOn(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void record(FaultReason reason, int sourceId, int index) {
      int overflow = sticky & FaultStatus.PFO;
      sticky &= ~FaultStatus.PFO;
      super.record(reason, sourceId, index);
      sticky |= overflow;
    }
  }

  private static final class NoSource extends FaultRecorder {
    NoSource(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void record(FaultReason reason, int sourceId, int index) {
      super.record(reason, 0, index);
    }
  }

  private static final class ShortIndex extends FaultRecorder {
    ShortIndex(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void record(FaultReason reason, int sourceId, int index) {
      super.record(reason, sourceId, index & 0xFF);
    }
  }

  private static final class FirstRecord extends FaultRecorder {
    FirstRecord(RemappingUnit unit) {
      super(unit);
    }

    @Override
    int status() {
      return super.status() & (1 << FaultStatus.FRI_SHIFT) - 1;
    }
  }

  private static final class AllCleared extends FaultRecorder {
    AllCleared(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void clear(int number) {
      for (int i = 0; i < records.length; i++) {
        super.clear(i);
      }
    }
  }

  private static final class Clearing extends FaultRecorder {
    Clearing(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void writeStatus(int value) {
      super.writeStatus(value);
      if ((value & FaultStatus.PPF) != 0) {
        for (int i = 0; i < records.length; i++) {
          clear(i);
        }
      }
    }
  }

  // ---- events ----

  private static final class ShortEvents extends EventMessage {
    ShortEvents(RemappingUnit unit) {
      super(unit);
    }

    @Override
    int destination(MessageAddress target) {
      return InterruptMessage.widened(target.destination());
    }
  }

  private static final class NeverSent extends EventMessage {
    NeverSent(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void writeControl(int value) {
      boolean held = pending;
      pending = false;
      super.writeControl(value);
      pending = held && masked;
    }
  }

  private static final class NotHeld extends EventMessage {
    NotHeld(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void raise() {
      if (!masked) {
        super.raise();
      }
    }
  }

  private static final class Outliving extends EventMessage {
    Outliving(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void settled() {
      // stays pending
    }
  }

  private static final class Unmasked extends EventMessage {
    Unmasked(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void reset() {
      super.reset();
      masked = false;
    }
  }

  private static final class NoMask extends EventMessage {
    NoMask(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void raise() {
      boolean before = masked;
      masked = false;
      super.raise();
      masked = before;
    }
  }

  private static final class Remapped extends EventMessage {
    Remapped(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void raise() {
      if (masked) {
        super.raise();
      } else {
        unit.request(RemappingRequest.of(0, Integer.toUnsignedLong(address), data, message()));
      }
    }
  }
}
