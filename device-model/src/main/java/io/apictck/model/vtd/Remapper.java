package io.apictck.model.vtd;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.model.lapic.InterruptMessage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an interrupt request (Intel VT-d specification, "Interrupt-Remapping Hardware
 * Operation").
 *
 * <p>Supported: compatibility and remappable format, both formats of table entries, all faults from
 * 20h to 28h with FPD.
 *
 * <p>Open points, decided: handle and subhandle are added without wrapping; reserved data is looked
 * at only with a subhandle; the source is checked before the format of the entry; a fault of
 * compatibility format records index 0; a fault of reserved data records the handle.
 */
class Remapper {
  final RemappingUnit unit;

  Remapper(RemappingUnit unit) {
    this.unit = unit;
  }

  /** Acts on a request; whether a local APIC accepted it, or it was posted. */
  final boolean handle(RemappingRequest request) {
    if (!unit.commands.isOn(GlobalCommand.IRE)) {
      return unit.world.send(request.compatibility());
    }
    return isRemappable(request) ? remap(request) : passCompatibility(request);
  }

  /** Whether remapping is on for a request. */
  boolean isRemappable(RemappingRequest request) {
    return request.isRemappable();
  }

  private boolean passCompatibility(RemappingRequest request) {
    return passesCompatibility()
        ? unit.world.send(request.compatibility())
        : block(FaultReason.COMPATIBILITY_FORMAT, request, 0);
  }

  /** Whether requests in compatibility format pass. */
  boolean passesCompatibility() {
    return unit.commands.isOn(GlobalCommand.CFI) && !isExtended();
  }

  /** Whether destinations have 32 bits. */
  boolean isExtended() {
    return unit.commands.table.extendedInterruptMode();
  }

  private boolean remap(RemappingRequest request) {
    if (hasReserved(request)) {
      return block(FaultReason.RESERVED_REQUEST, request, request.handle());
    }
    int index = index(request);
    if (!unit.walker.contains(index)) {
      return block(FaultReason.INDEX_OUT_OF_RANGE, request, index);
    }
    RemappingEntry entry = entry(index);
    if (entry == null) {
      return block(FaultReason.TABLE_ACCESS, request, index);
    }
    Optional<FaultReason> fault = check(entry, request.sourceId());
    if (fault.isPresent()) {
      return block(fault.get(), entry, request, index);
    }
    return switch (entry) {
      case RemappedEntry remapped -> {
        unit.cache.put(index, entry);
        yield unit.world.send(message(remapped));
      }
      case PostedEntry posted -> post(posted, request, index);
    };
  }

  /** Posts a request. */
  boolean post(PostedEntry entry, RemappingRequest request, int index) {
    Optional<FaultReason> fault = unit.poster.post(entry, isExtended());
    if (fault.isPresent()) {
      return block(fault.get(), entry, request, index);
    }
    unit.cache.put(index, entry);
    return true;
  }

  /** Whether reserved fields of a request in remappable format are set. */
  boolean hasReserved(RemappingRequest request) {
    return request.subhandleValid() && (request.data() & RemappableMessage.RESERVED_DATA) != 0;
  }

  /** The index of a request, which may have 17 bits. */
  int index(RemappingRequest request) {
    return request.subhandleValid()
        ? request.handle() + (request.data() & ~RemappableMessage.RESERVED_DATA)
        : request.handle();
  }

  /** The entry at an index; null if it cannot be read. */
  private @Nullable RemappingEntry entry(int index) {
    RemappingEntry cached = unit.cache.get(index);
    return cached == null ? unit.walker.read(index) : cached;
  }

  /** What is wrong with an entry for a request. */
  Optional<FaultReason> check(RemappingEntry entry, int sourceId) {
    if (!entry.present()) {
      return Optional.of(FaultReason.NOT_PRESENT);
    }
    if (!unit.sources.accepts(entry.source(), sourceId)) {
      return Optional.of(FaultReason.SOURCE);
    }
    return unit.entries.isInvalid(entry, isExtended())
        ? Optional.of(FaultReason.RESERVED_ENTRY)
        : Optional.empty();
  }

  /** The message of an entry. */
  InterruptMessage message(RemappedEntry entry) {
    DeliveryMode mode = mode(entry);
    return new InterruptMessage(
        destination(entry),
        entry.logical(),
        mode,
        entry.vector(),
        true,
        entry.level() && hasTriggerMode(mode));
  }

  /** The destination of an entry as messages have it. */
  int destination(RemappedEntry entry) {
    int destination = entry.destination(isExtended());
    return isExtended() ? destination : InterruptMessage.widened(destination);
  }

  /** The delivery mode of an entry: with redirection hint one member of a set is chosen. */
  DeliveryMode mode(RemappedEntry entry) {
    return entry.deliveryMode() == DeliveryMode.FIXED && entry.redirectionHint() && entry.logical()
        ? DeliveryMode.LOWEST_PRIORITY
        : entry.deliveryMode();
  }

  private static boolean hasTriggerMode(DeliveryMode mode) {
    return mode == DeliveryMode.FIXED || mode == DeliveryMode.LOWEST_PRIORITY;
  }

  /** Blocks a request because of an entry. */
  private boolean block(
      FaultReason reason, RemappingEntry entry, RemappingRequest request, int index) {
    if (isRecorded(reason, entry)) {
      unit.faults.record(reason, request.sourceId(), index);
    }
    return false;
  }

  /** Whether the fault of an entry is recorded. */
  boolean isRecorded(FaultReason reason, RemappingEntry entry) {
    return !(reason.qualified() && entry.faultProcessingDisabled());
  }

  /** Blocks a request; nobody accepted it. */
  private boolean block(FaultReason reason, RemappingRequest request, int index) {
    unit.faults.record(reason, request.sourceId(), index);
    return false;
  }
}
