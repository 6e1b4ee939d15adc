package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingTable;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.suites.support.Listeners;
import java.util.List;
import java.util.function.Predicate;

/**
 * A remapping unit at work with a table of its own, and all processors taking interrupts, so that a
 * test sees what becomes of a request: one interrupt, one recorded fault, or neither.
 */
final class Remapping {
  /** Size field of a table of 256 entries. */
  static final int ORDINARY = 7;

  /** An index for tests that need just one. */
  static final int INDEX = 0x2D;

  /** A vector for tests that need just one. */
  static final int VECTOR = 0x61;

  private final Machine machine;
  private final RemappingUnit unit;
  private final RemappingTable table;
  private final boolean extended;
  private final Listeners listeners;

  private Remapping(Machine machine, RemappingTable table, boolean extended) {
    this.machine = machine;
    this.unit = machine.remappingUnit();
    this.table = table;
    this.extended = extended;
    this.listeners = Listeners.of(machine);
  }

  /** With 256 entries, and destinations as the mode of the local APICs wants them. */
  static Remapping start(Machine machine) {
    return start(machine, ORDINARY);
  }

  /** With a table of a size, and destinations as the mode of the local APICs wants them. */
  static Remapping start(Machine machine, int size) {
    return start(machine, size, machine.remappingUnit().wantsExtendedMode());
  }

  /** With a table of a size; destinations have 32 bits or eight. */
  static Remapping start(Machine machine, int size, boolean extended) {
    Remapping remapping = new Remapping(machine, RemappingTable.create(machine, size), extended);
    remapping.unit.start(remapping.table, extended);
    return remapping;
  }

  RemappingUnit unit() {
    return unit;
  }

  RemappingTable table() {
    return table;
  }

  boolean extended() {
    return extended;
  }

  Listeners listeners() {
    return listeners;
  }

  /** A present, Fixed, edge-triggered entry for processor 0, of any source. */
  RemappedEntry entry(int vector) {
    return entry(vector, machine.cpu(0));
  }

  /** A present, Fixed, edge-triggered entry for a processor, of any source. */
  RemappedEntry entry(int vector, Cpu target) {
    return RemappedEntry.fixed(vector, target.apicId(), extended);
  }

  /** Replaces an entry and invalidates it. */
  void set(int index, RemappingEntry entry) {
    unit.replace(table, index, entry);
  }

  /** Fails unless processor 0 takes one interrupt of the request, and no fault is recorded. */
  void verifyDelivered(Runnable request, int vector) {
    verifyDelivered(request, vector, cpu -> cpu.index() == 0);
  }

  /** Fails unless these processors take one interrupt each, and no fault is recorded. */
  void verifyDelivered(Runnable request, int vector, Predicate<Cpu> targets) {
    listeners.verify(request, () -> "the request", vector, targets);
    assertThat(unit).hasNoFault();
  }

  /** Fails unless the request interrupts nobody and its fault is recorded; clears the fault. */
  void verifyBlocked(Runnable request, FaultReason reason, int sourceId, int index) {
    verifyFault(blocked(request), FaultRecord.of(reason, sourceId, index));
  }

  /** As {@link #verifyBlocked(Runnable, FaultReason, int, int)}; one of the reasons is right. */
  void verifyBlocked(Runnable request, List<FaultReason> reasons, int sourceId, int index) {
    assertThat(describe(blocked(request)))
        .as("fault of the request")
        .isIn(
            reasons.stream()
                .map(reason -> describe(FaultRecord.of(reason, sourceId, index)))
                .toList());
  }

  /** Fails unless the request interrupts nobody and is recorded as of compatibility format. */
  void verifyCompatibilityBlocked(Runnable request, int sourceId) {
    FaultRecord fault = blocked(request);
    assertThat(fault.reasonCode())
        .as("reason of the fault")
        .isEqualTo(FaultReason.COMPATIBILITY_FORMAT.code());
    assertThat(fault.sourceId()).as("source of the fault").isEqualTo(sourceId);
  }

  /** Fails unless the request interrupts nobody and one fault is recorded; clears the fault. */
  FaultRecord blocked(Runnable request) {
    listeners.clear();
    request.run();
    List<FaultRecord> faults = unit.takeFaults();
    if (faults.isEmpty()) {
      machine.settle(() -> unit.faultStatus().pending());
      faults = unit.takeFaults();
    }
    verifyNotTaken();
    if (faults.size() != 1) {
      assertThat(faults.stream().map(Remapping::describe).toList())
          .as("faults recorded of a request that must be blocked")
          .hasSize(1);
    }
    return faults.getFirst();
  }

  /** Fails if a processor took an interrupt of the last request. */
  void verifyNotTaken() {
    if (listeners.count() > 0) {
      assertThat(listeners.soFar()).as("interrupts of a request that must be blocked").isEmpty();
    }
  }

  /** As {@link #verifyNotTaken}, and nothing comes late. */
  void verifyNothingComes() {
    machine.expectNothing();
    verifyNotTaken();
  }

  /** Fails unless a fault has this reason, source and index. */
  static void verifyFault(FaultRecord fault, FaultRecord expected) {
    boolean right =
        fault.reasonCode() == expected.reasonCode()
            && fault.sourceId() == expected.sourceId()
            && fault.interruptIndex() == expected.interruptIndex();
    if (!right) {
      assertThat(describe(fault)).as("fault of the request").isEqualTo(describe(expected));
    }
  }

  /** A fault in words. */
  static String describe(FaultRecord fault) {
    return "%02Xh %s, source %04Xh, index %04Xh"
        .formatted(
            fault.reasonCode(),
            fault.reason().map(Enum::name).orElse("unknown"),
            fault.sourceId(),
            fault.interruptIndex());
  }

  /** Fails unless the request interrupts nobody and no fault is recorded. */
  void verifyDiscarded(Runnable request) {
    listeners.clear();
    request.run();
    // whatever the request does is done when a wait behind it is complete
    unit.complete();
    verifyNotTaken();
    assertThat(unit).hasNoFault();
  }

  /** Fails if something comes late. */
  void verifyQuiet() {
    listeners.verifyQuiet();
    assertThat(unit).hasNoFault();
  }
}
