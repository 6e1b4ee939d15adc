package io.apictck.model.vtd;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.InvalidationQueueAddress;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.bus.Memory;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.model.msi.MessageDecoder;
import io.apictck.platform.Feature;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** A remapping unit with memory, and messages that only get written down. */
final class UnitBench implements RemappingWorld {
  static final long PAGE = 0xFED9_0000L;
  static final long TABLE = Memory.SCRATCH_BASE;
  static final long QUEUE = Memory.SCRATCH_BASE + 0x10_0000;
  static final long STATUS = Memory.SCRATCH_BASE + 0x20_0000;
  static final long DESCRIPTOR = Memory.SCRATCH_BASE + 0x30_0000;
  static final int DEVICE = 0x0008;

  final Memory memory = new Memory();
  final List<InterruptMessage> sent = new ArrayList<>();
  final RemappingUnit unit;

  /** Status words that memory held whenever a message was sent. */
  final List<Long> statusWhenSent = new ArrayList<>();

  private UnitBench(ModelConfiguration configuration) {
    unit = new RemappingUnit(configuration, PAGE, this);
    unit.reset();
  }

  static UnitBench create() {
    return new UnitBench(new ModelConfiguration(List.of(0), EnumSet.allOf(Feature.class)));
  }

  static UnitBench without(Feature first, Feature... others) {
    return new UnitBench(
        new ModelConfiguration(List.of(0), EnumSet.complementOf(EnumSet.of(first, others))));
  }

  /** With a table of 2 to the power of {@code size + 1} entries in use, and the queue. */
  UnitBench remapping(int size, boolean extended) {
    write(RemappingRegister.IQA, InvalidationQueueAddress.of(QUEUE, 0, false).raw());
    command(GlobalCommand.QIE, true);
    setTable(InterruptRemappingTableAddress.of(TABLE, size, extended));
    command(GlobalCommand.IRE, true);
    return this;
  }

  UnitBench remapping() {
    return remapping(7, false);
  }

  void setTable(InterruptRemappingTableAddress address) {
    write(RemappingRegister.IRTA, address.raw());
    command(GlobalCommand.SIRTP, true);
  }

  void command(GlobalCommand command, boolean on) {
    int persistent = status() & GlobalCommand.PERSISTENT;
    write(RemappingRegister.GCMD, on ? persistent | command.mask() : persistent & ~command.mask());
  }

  int status() {
    return (int) read(RemappingRegister.GSTS);
  }

  long read(RemappingRegister register) {
    return unit.read(PAGE + register.offset(), register.width());
  }

  void write(RemappingRegister register, long value) {
    unit.write(PAGE + register.offset(), register.width(), value);
  }

  void set(int index, RemappingEntry entry) {
    memory.write(TABLE + index * 16L, 8, entry.low());
    memory.write(TABLE + index * 16L + 8, 8, entry.high());
  }

  /** A write of a function; whether it was accepted. */
  boolean message(int sourceId, long address, int data) {
    return unit.request(
        RemappingRequest.of(
            sourceId, address, data, new MessageDecoder(false).decode(address, data)));
  }

  boolean message(RemappableMessage message) {
    return message(DEVICE, message.address().physicalAddress(), message.data());
  }

  boolean compatibility(int vector) {
    return message(DEVICE, MessageAddress.physical(0).physicalAddress(), vector);
  }

  boolean ioApic(int sourceId, RemappableRedirectionEntry entry) {
    InterruptMessage raw =
        new InterruptMessage(0, false, DeliveryMode.FIXED, entry.vector(), true, false);
    return unit.request(RemappingRequest.of(sourceId, RedirectionEntry.of(entry.raw()), raw));
  }

  List<Integer> vectors() {
    return sent.stream().map(InterruptMessage::vector).toList();
  }

  FaultRecord fault(int number) {
    long at = PAGE + unit.capability.faultRecordOffset() + number * (long) FaultRecord.SIZE;
    return FaultRecord.of(unit.read(at, 8), unit.read(at + 8, 8));
  }

  /** The codes of all recorded faults. */
  List<Integer> faults() {
    List<Integer> codes = new ArrayList<>();
    for (int i = 0; i < unit.capability.faultRecords(); i++) {
      if (fault(i).pending()) {
        codes.add(fault(i).reasonCode());
      }
    }
    return codes;
  }

  void clearFault(int number) {
    long at = PAGE + unit.capability.faultRecordOffset() + number * (long) FaultRecord.SIZE;
    unit.write(at + 12, 4, 0x8000_0000L);
  }

  void clearFaults() {
    for (int i = 0; i < unit.capability.faultRecords(); i++) {
      clearFault(i);
    }
    write(RemappingRegister.FSTS, FaultStatus.PFO);
  }

  /** Puts descriptors behind the tail and moves it. */
  void submit(InvalidationDescriptor... descriptors) {
    long tail = read(RemappingRegister.IQT);
    for (InvalidationDescriptor descriptor : descriptors) {
      memory.write(QUEUE + tail, 8, descriptor.low());
      memory.write(QUEUE + tail + 8, 8, descriptor.high());
      tail = (tail + 16) % 0x1000;
    }
    write(RemappingRegister.IQT, tail);
  }

  @Override
  public boolean isReadable(long address, int length) {
    return memory.isReadable(address, length);
  }

  @Override
  public boolean isWritable(long address, int length) {
    return memory.isWritable(address, length);
  }

  @Override
  public long read(long address, int width) {
    return memory.read(address, width);
  }

  @Override
  public void write(long address, int width, long value) {
    memory.write(address, width, value);
  }

  @Override
  public boolean send(InterruptMessage message) {
    sent.add(message);
    statusWhenSent.add(memory.read(STATUS, 4));
    return true;
  }
}
