package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What is recorded of blocked requests (Intel VT-d specification, "Non-Recoverable Faults", "Fault
 * Recording Registers").
 */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class FaultRecordTests {
  private static final int INDEX = Remapping.INDEX;
  private static final int VECTOR = Remapping.VECTOR;
  private static final int BEYOND = 0x100;

  /**
   * A fault and how to make it.
   *
   * @param reason what is recorded
   * @param entry of the table
   * @param address of the message
   * @param data of the message
   * @param index that is recorded, -1 if it is open
   */
  private record Fault(
      FaultReason reason, RemappedEntry entry, MessageAddress address, int data, int index) {}

  private static List<Fault> faults(Remapping remapping, int sourceId) {
    RemappedEntry entry = remapping.entry(VECTOR);
    MessageAddress hit = RemappableMessage.of(INDEX).address();
    return List.of(
        new Fault(
            FaultReason.RESERVED_REQUEST,
            entry,
            RemappableMessage.of(INDEX, 0).address(),
            0x1_0000,
            -1),
        new Fault(
            FaultReason.INDEX_OUT_OF_RANGE,
            entry,
            RemappableMessage.of(BEYOND).address(),
            0,
            BEYOND),
        new Fault(FaultReason.NOT_PRESENT, entry.withPresent(false), hit, 0, INDEX),
        new Fault(FaultReason.RESERVED_ENTRY, entry.with(1L << 31, true), hit, 0, INDEX),
        new Fault(FaultReason.COMPATIBILITY_FORMAT, entry, MessageAddress.physical(0), VECTOR, -1),
        new Fault(
            FaultReason.SOURCE,
            entry.withSource(SourceValidation.requester(sourceId ^ 1)),
            hit,
            0,
            INDEX));
  }

  @InEachApicMode
  @Sweep
  @Covers({"IR-FLT-001", "IR-FLT-010", "IR-SID-005", "IR-IRTE-001"})
  void eachReasonWithAndWithoutFaultProcessing(Machine machine, Cases cases) {
    Requester.OfMessages requester = Requesters.ofWideData(machine);
    Remapping remapping = Remapping.start(machine);
    cases.each(
        faults(remapping, requester.sourceId()),
        fault -> {
          Runnable request = () -> requester.send(fault.address().physicalAddress(), fault.data());
          for (boolean disabled : List.of(false, true)) {
            remapping.set(INDEX, fault.entry().withFaultProcessingDisabled(disabled));
            if (disabled && fault.reason().qualified()) {
              remapping.verifyDiscarded(request);
            } else {
              FaultRecord record = remapping.blocked(request);
              int index = fault.index() < 0 ? record.interruptIndex() : fault.index();
              assertThat(Remapping.describe(record))
                  .as("fault of the request")
                  .isEqualTo(
                      Remapping.describe(
                          FaultRecord.of(fault.reason(), requester.sourceId(), index)));
            }
          }
        });
    remapping.verifyQuiet();
  }

  /** A suppressed fault raises no event either. */
  @InEachApicMode
  @Covers("IR-FLT-010")
  void aSuppressedFaultIsNoEvent(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappedEntry entry = remapping.entry(VECTOR).withFaultProcessingDisabled(true);
    SourceValidation stranger = SourceValidation.requester(requester.sourceId() ^ 1);
    for (RemappedEntry suppressing :
        List.of(entry.withPresent(false), entry.with(1L << 31, true), entry.withSource(stranger))) {
      remapping.set(INDEX, suppressing);
      remapping.verifyDiscarded(() -> requester.request(INDEX));
      assertThat(remapping.unit().faultEvent().control().pending())
          .as("interrupt pending of the fault event")
          .isFalse();
    }
    remapping.verifyQuiet();
  }

  private static List<String> described(RemappingUnit unit) {
    return unit.faults().stream().map(Remapping::describe).toList();
  }

  private static String expected(Requester requester, int index) {
    return Remapping.describe(FaultRecord.of(FaultReason.NOT_PRESENT, requester.sourceId(), index));
  }

  @Test
  @Covers({"IR-FLT-002", "IR-FLT-003"})
  void faultsAreRecordedOneAfterTheOther(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    int count = Math.min(unit.faultRecords(), 8);
    List<Requester> strangers = Requesters.ofDifferentIds(machine, count);
    Remapping remapping = Remapping.start(machine);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      strangers.get(i).request(INDEX + i);
      expected.add(expected(strangers.get(i), INDEX + i));
      int recorded = i + 1;
      machine.settle(() -> unit.faults().size() >= recorded);
      assertThat(described(unit)).as("faults after request %d", recorded).isEqualTo(expected);
    }
    assertThat(unit.faultStatus().overflow()).as("primary fault overflow").isFalse();
    int first = unit.faultStatus().firstRecord();
    for (int i = 0; i < count; i++) {
      int number = (first + i) % unit.faultRecords();
      assertThat(unit.faultStatus().pending()).as("primary pending fault").isTrue();
      assertThat(unit.faultStatus().firstRecord()).as("fault record index").isEqualTo(number);
      // writing 0 clears nothing
      machine.cpu(0).write32(unit.recordAddress(number) + 12, 0);
      assertThat(unit.record(number).pending()).as("F of record %d", number).isTrue();
      unit.clearRecord(number);
      assertThat(unit.record(number).pending()).as("F of record %d", number).isFalse();
      expected.removeFirst();
      assertThat(described(unit)).as("faults that are left").isEqualTo(expected);
    }
    assertThat(unit.faultStatus().pending()).as("primary pending fault").isFalse();
    remapping.verifyQuiet();
  }

  @Test
  @Covers("IR-FLT-004")
  void aFaultWithoutFreeRecordIsAnOverflow(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    int count = unit.faultRecords();
    List<Requester> strangers = Requesters.ofDifferentIds(machine, count + 2);
    Remapping remapping = Remapping.start(machine);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      strangers.get(i).request(i);
      expected.add(expected(strangers.get(i), i));
      int recorded = i + 1;
      machine.settle(() -> unit.faults().size() >= recorded);
    }
    assertThat(unit.faultStatus().overflow()).as("overflow with all records full").isFalse();
    strangers.get(count).request(0xE0);
    machine.settle(() -> unit.faultStatus().overflow());
    assertThat(unit.faultStatus().overflow()).as("overflow after one fault more").isTrue();
    assertThat(described(unit)).as("faults after the overflow").isEqualTo(expected);
    // records are free again, but the overflow still stands
    for (int number = 0; number < count; number++) {
      unit.clearRecord(number);
    }
    strangers.get(count + 1).request(0xE1);
    machine.expectNothing();
    unit.complete();
    assertThat(described(unit)).as("faults while the overflow stands").isEmpty();
    unit.clearFaults();
    assertThat(unit.faultStatus().overflow()).as("overflow after a write of 1").isFalse();
    strangers.get(count).request(0xE2);
    machine.settle(() -> unit.faultStatus().pending());
    assertThat(described(unit))
        .as("faults after the overflow was cleared")
        .containsExactly(expected(strangers.get(count), 0xE2));
    unit.clearFaults();
    remapping.verifyQuiet();
  }

  /** Records are taken in turn: all of them serve, again and again. */
  @Test
  @Covers({"IR-FLT-002", "IR-FLT-003"})
  void recordsServeAgainAndAgain(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    for (int i = 0; i < 2 * remapping.unit().faultRecords() + 1 && i < 64; i++) {
      int index = i;
      remapping.verifyBlocked(
          () -> requester.request(index), FaultReason.NOT_PRESENT, requester.sourceId(), index);
    }
    remapping.verifyQuiet();
  }

  @Test
  @Records
  @Covers("IR-FLT-005")
  void faultsOfOneRequester(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    for (int i = 0; i < 3; i++) {
      requester.request(INDEX + i);
    }
    machine.expectNothing();
    List<String> faults = described(remapping.unit());
    machine.observe("faults recorded of three requests of one requester", faults);
    assertThat(faults).as("faults").isNotEmpty().contains(expected(requester, INDEX));
    remapping.unit().clearFaults();
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers("IR-FLT-011")
  void aBlockedRequestHarmsNothing(Machine machine) {
    List<Requester> requesters = Requesters.all(machine);
    Remapping remapping = Remapping.start(machine);
    for (Requester requester : requesters) {
      for (int i = 0; i < 3; i++) {
        remapping.set(INDEX, remapping.entry(VECTOR).with(1L << 31, true));
        remapping.verifyBlocked(
            () -> requester.request(INDEX),
            FaultReason.RESERVED_ENTRY,
            requester.sourceId(),
            INDEX);
        remapping.set(INDEX, remapping.entry(VECTOR));
        remapping.verifyDelivered(() -> requester.request(INDEX), VECTOR);
      }
    }
    remapping.verifyQuiet();
  }

  /** A root table without any entry that is present: no function may write anywhere. */
  @InEachApicMode
  @Covers("IR-FLT-012")
  void requestsAreNotTranslatedAsOtherWrites(Machine machine) {
    List<Requester> requesters = Requesters.all(machine);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    unit.write(RemappingRegister.RTADDR, machine.newPage());
    unit.enable(GlobalCommand.SRTP);
    unit.enable(GlobalCommand.TE);
    remapping.set(INDEX, remapping.entry(VECTOR));
    for (Requester requester : requesters) {
      remapping.verifyDelivered(() -> requester.request(INDEX), VECTOR);
    }
    unit.disable(GlobalCommand.TE);
    remapping.verifyQuiet();
  }
}
