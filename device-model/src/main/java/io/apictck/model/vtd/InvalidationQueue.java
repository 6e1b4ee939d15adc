package io.apictck.model.vtd;

import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.InvalidationError;
import io.apictck.arch.vtd.InvalidationQueueAddress;
import io.apictck.arch.vtd.RemappingRegister;

/**
 * The invalidation queue (Intel VT-d specification, "Queued Invalidation Interface").
 *
 * <p>Supported: descriptors of 128 bits, with ECAP.SMTS of 256 bits; invalidations of the interrupt
 * entry cache; invalidation waits with status write, interrupt and fence; errors with their codes.
 * Descriptors are executed one after the other while the tail is written, so that each is a fence.
 *
 * <p>Not supported: invalidations of translation caches do nothing, those of device TLBs are
 * invalid as the capabilities say; the page-request drain is ignored.
 *
 * <p>Open points, decided: the queue address counts when QIE is turned on; after an error the queue
 * goes on at the descriptor that the head points to when software clears IQE; an invalid tail is
 * told of once, and the queue waits for another; a status write where there is no memory vanishes;
 * an index mask above ECAP.MHMV is an invalid field.
 */
class InvalidationQueue {
  final RemappingUnit unit;

  /** The queue address register, as software wrote it. */
  long writtenAddress;

  /** What is in use: the register when QIE was last turned on. */
  InvalidationQueueAddress address = InvalidationQueueAddress.of(0);

  long head;
  long tail;
  InvalidationError error = InvalidationError.NONE;
  boolean completed;

  InvalidationQueue(RemappingUnit unit) {
    this.unit = unit;
  }

  void reset() {
    writtenAddress = 0;
    address = InvalidationQueueAddress.of(0);
    head = 0;
    tail = 0;
    error = InvalidationError.NONE;
    completed = false;
  }

  /** Software writes the tail register: the queue begins to work. */
  void writeTail(long value) {
    tail = value & InvalidationQueueAddress.OFFSET;
    start();
  }

  /** QIE changes: the head is at the beginning of the queue. */
  void enable(boolean on) {
    head = 0;
    if (on) {
      address = InvalidationQueueAddress.of(writtenAddress);
      start();
    }
  }

  /** Software cleared IQE. */
  void resume() {
    error = InvalidationError.NONE;
    if (tailError() == InvalidationError.NONE) {
      process();
    }
  }

  /** The invalidation completion status register. */
  int completionStatus() {
    return completed ? RemappingRegister.IWC : 0;
  }

  /** Software writes the invalidation completion status register. */
  void writeCompletionStatus(int value) {
    if ((value & RemappingRegister.IWC) != 0) {
      completed = false;
      unit.invalidationEvent.settled();
    }
  }

  private void start() {
    InvalidationError wrong = tailError();
    if (wrong == InvalidationError.NONE) {
      process();
    } else if (isRunning()) {
      stop(wrong);
    }
  }

  private boolean isRunning() {
    return unit.commands.isOn(GlobalCommand.QIE)
        && !FaultStatus.of(unit.faults.status()).queueError();
  }

  /** What is wrong with the tail. */
  InvalidationError tailError() {
    if (tail >= address.bytes()) {
      return InvalidationError.INVALID_TAIL;
    }
    return tail % address.descriptorSize() == 0
        ? InvalidationError.NONE
        : InvalidationError.TAIL_NOT_ALIGNED;
  }

  private void process() {
    while (head != tail && isRunning()) {
      InvalidationError wrong = executeHead();
      if (wrong == InvalidationError.NONE) {
        head = following(head);
      } else {
        stop(wrong);
      }
    }
  }

  /** The head behind the descriptor at a head. */
  long following(long head) {
    return (head + address.descriptorSize()) % address.bytes();
  }

  /** Stops at the head. */
  void stop(InvalidationError wrong) {
    error = wrong;
    unit.faults.queueError();
  }

  private InvalidationError executeHead() {
    long at = address.base() + head;
    if (!unit.world.isReadable(at, address.descriptorSize())) {
      return InvalidationError.FETCH;
    }
    for (int i = InvalidationDescriptor.SIZE; i < address.descriptorSize(); i += Long.BYTES) {
      if (read(at + i) != 0) {
        return InvalidationError.RESERVED_FIELD;
      }
    }
    return execute(InvalidationDescriptor.of(read(at), read(at + Long.BYTES)));
  }

  private long read(long at) {
    return unit.world.read(at, Long.BYTES);
  }

  /** Executes a descriptor. */
  InvalidationError execute(InvalidationDescriptor descriptor) {
    if (!isValidType(descriptor.type())) {
      return InvalidationError.INVALID_TYPE;
    }
    if (hasReserved(descriptor)) {
      return InvalidationError.RESERVED_FIELD;
    }
    switch (descriptor.type()) {
      case InvalidationDescriptor.INTERRUPT_ENTRY_CACHE -> invalidateEntries(descriptor);
      case InvalidationDescriptor.WAIT -> complete(descriptor);
      default -> {
        // translation caches
      }
    }
    return InvalidationError.NONE;
  }

  /** Whether a type of descriptor is supported. */
  boolean isValidType(int type) {
    return switch (type) {
      case InvalidationDescriptor.CONTEXT_CACHE,
          InvalidationDescriptor.IOTLB,
          InvalidationDescriptor.WAIT ->
          true;
      case InvalidationDescriptor.INTERRUPT_ENTRY_CACHE ->
          unit.extendedCapability.interruptRemapping();
      default -> false;
    };
  }

  /** Whether reserved fields of a descriptor are set. */
  boolean hasReserved(InvalidationDescriptor descriptor) {
    return switch (descriptor.type()) {
      case InvalidationDescriptor.INTERRUPT_ENTRY_CACHE ->
          descriptor.has(InvalidationDescriptor.INTERRUPT_ENTRY_CACHE_RESERVED)
              || descriptor.high() != 0
              || hasInvalidMask(descriptor);
      case InvalidationDescriptor.WAIT ->
          descriptor.has(InvalidationDescriptor.WAIT_RESERVED)
              || (descriptor.high() & InvalidationDescriptor.WAIT_RESERVED_HIGH) != 0;
      default -> false;
    };
  }

  private boolean hasInvalidMask(InvalidationDescriptor descriptor) {
    return descriptor.has(InvalidationDescriptor.INDEX_SELECTIVE)
        && descriptor.indexMask() > unit.extendedCapability.maximumIndexMask();
  }

  /** Invalidates the interrupt entry cache. */
  void invalidateEntries(InvalidationDescriptor descriptor) {
    if (descriptor.has(InvalidationDescriptor.INDEX_SELECTIVE)) {
      unit.cache.invalidate(descriptor.index(), descriptor.indexMask());
    } else {
      unit.cache.invalidateAll();
    }
  }

  /** Completes a wait: the status is written before the interrupt. */
  void complete(InvalidationDescriptor descriptor) {
    if (descriptor.has(InvalidationDescriptor.STATUS_WRITE)) {
      writeStatus(descriptor.statusAddress(), descriptor.statusData());
    }
    if (descriptor.has(InvalidationDescriptor.INTERRUPT)) {
      boolean before = completed;
      completed = true;
      if (isNewCompletion(before)) {
        unit.invalidationEvent.raise();
      }
    }
  }

  /** Whether a completion is an event. */
  boolean isNewCompletion(boolean completedBefore) {
    return !completedBefore;
  }

  /** Writes the status of a wait. */
  void writeStatus(long at, int data) {
    if (unit.world.isWritable(at, Integer.BYTES)) {
      unit.world.write(at, Integer.BYTES, Integer.toUnsignedLong(data));
    }
  }
}
