package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
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
 * Which entry a request is for, and which check comes first (Intel VT-d specification, "Interrupt
 * Remapping Table"). Where no entry is present the recorded fault tells the index.
 */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class IndexTests {
  private static final int LARGEST = InterruptRemappingTableAddress.MAXIMUM_SIZE;
  private static final int LAST = 0xFFFF;

  /** Where no machine of the kit has memory or a device. */
  private static final long HOLE = 0xD000_0000L;

  private static void verifyIndex(
      Remapping remapping, Requester.OfMessages requester, RemappableMessage message, int index) {
    boolean inside = index < remapping.table().entries();
    remapping.verifyBlocked(
        () -> requester.send(message),
        inside ? FaultReason.NOT_PRESENT : FaultReason.INDEX_OUT_OF_RANGE,
        requester.sourceId(),
        index);
  }

  /** As many at a time as can be recorded, each of another function: none is merged. */
  @Test
  @Sweep
  @Covers({"IR-IDX-001", "IR-IDX-003", "IR-FLT-001"})
  void eachHandleIsAnIndex(Machine machine, Cases cases) {
    List<Requester> requesters = Requesters.recordedApart(machine);
    Remapping remapping = Remapping.start(machine, LARGEST);
    int batch = requesters.size();
    cases.range(
        0,
        LAST / batch,
        number -> {
          for (int i = 0; i < batch; i++) {
            requesters.get(i).request(number * batch + i);
          }
          machine.settle(() -> remapping.unit().faultStatus().pending());
          List<FaultRecord> faults = remapping.unit().takeFaults();
          assertThat(faults.size()).as("faults recorded").isEqualTo(batch);
          for (int i = 0; i < batch; i++) {
            FaultRecord expected =
                FaultRecord.of(
                    FaultReason.NOT_PRESENT, requesters.get(i).sourceId(), number * batch + i);
            Remapping.verifyFault(faults.get(i), expected);
          }
        });
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers({"IR-IDX-001", "IR-IDX-002"})
  void theEntryAtTheIndexIsUsed(Machine machine) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, LARGEST);
    List<Integer> indices =
        List.of(0, 1, 2, 0x1234, 0x3FFF, 0x4000, 0x7FFE, 0x7FFF, 0x8000, 0x8001, 0xFFFE, 0xFFFF);
    for (int i = 0; i < indices.size(); i++) {
      remapping.table().set(indices.get(i), remapping.entry(0x40 + i));
    }
    remapping.unit().invalidateAll();
    for (int i = 0; i < indices.size(); i++) {
      int index = indices.get(i);
      int vector = 0x40 + i;
      remapping.verifyDelivered(() -> requester.request(index), vector);
      remapping.verifyDelivered(() -> requester.send(RemappableMessage.of(0, index)), vector);
      remapping.verifyDelivered(
          () -> requester.send(RemappableMessage.of(index / 2, index - index / 2)), vector);
    }
    remapping.verifyQuiet();
  }

  /** All handles and subhandles of a small table, and a bit beyond. */
  @Test
  @Sweep
  @Covers({"IR-IDX-002", "IR-IDX-003"})
  void allSumsOfASmallTable(Machine machine, Cases cases) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, 3);
    List<RemappableMessage> messages = new ArrayList<>();
    for (int handle = 0; handle < 18; handle++) {
      for (int subhandle = 0; subhandle < 18; subhandle++) {
        messages.add(RemappableMessage.of(handle, subhandle));
      }
    }
    cases.each(
        messages,
        message ->
            verifyIndex(remapping, requester, message, message.handle() + message.subhandle()));
    remapping.verifyQuiet();
  }

  private static List<Integer> powersAndNeighbours() {
    List<Integer> values = new ArrayList<>(List.of(0));
    for (int bit = 0; bit <= 16; bit++) {
      for (int value : List.of((1 << bit) - 1, 1 << bit, (1 << bit) + 1)) {
        if (value <= LAST && !values.contains(value)) {
          values.add(value);
        }
      }
    }
    return values;
  }

  @Test
  @Sweep
  @Covers({"IR-IDX-001", "IR-IDX-002"})
  void sumsOfALargeTable(Machine machine, Cases cases) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, LARGEST);
    List<RemappableMessage> messages = new ArrayList<>();
    for (int handle : powersAndNeighbours()) {
      for (int subhandle : powersAndNeighbours()) {
        if (handle + subhandle <= LAST) {
          messages.add(RemappableMessage.of(handle, subhandle));
        }
      }
    }
    cases.each(
        messages,
        message ->
            verifyIndex(remapping, requester, message, message.handle() + message.subhandle()));
    remapping.verifyQuiet();
  }

  /** Tables of all sizes, each asked around its end. */
  @Test
  @Sweep
  @Covers({"IR-IDX-003", "IR-REG-005"})
  void eachSizeHasItsEnd(Machine machine, Cases cases) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, LARGEST);
    RemappingUnit unit = remapping.unit();
    long register = remapping.table().register(remapping.extended()).raw();
    cases.range(
        0,
        LARGEST,
        size -> {
          unit.write(
              RemappingRegister.IRTA,
              (register & ~(long) InterruptRemappingTableAddress.MAXIMUM_SIZE) | size);
          unit.enable(GlobalCommand.SIRTP);
          unit.invalidateAll();
          int entries = 2 << size;
          remapping.table().set(entries - 1, remapping.entry(Remapping.VECTOR));
          remapping.verifyDelivered(() -> requester.request(entries - 1), Remapping.VECTOR);
          for (int beyond : List.of(entries, entries + 1, 2 * entries, LAST)) {
            if (beyond >= entries && beyond <= LAST) {
              remapping.verifyBlocked(
                  () -> requester.request(beyond),
                  FaultReason.INDEX_OUT_OF_RANGE,
                  requester.sourceId(),
                  beyond);
              remapping.verifyBlocked(
                  () -> requester.send(RemappableMessage.of(entries - 1, beyond - entries + 1)),
                  FaultReason.INDEX_OUT_OF_RANGE,
                  requester.sourceId(),
                  beyond);
            }
          }
        });
    remapping.verifyQuiet();
  }

  /** Address bits 19:2 one by one, of a request that hits. */
  @Test
  @Sweep
  @Covers({"IR-IDX-001", "IR-FMT-002"})
  void eachBitOfTheAddress(Machine machine, Cases cases) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, LARGEST);
    remapping.set(Remapping.INDEX, remapping.entry(Remapping.VECTOR));
    long address = RemappableMessage.of(Remapping.INDEX).address().physicalAddress();
    remapping.verifyDelivered(() -> requester.send(address, 0), Remapping.VECTOR);
    cases.range(
        2,
        19,
        bit -> {
          Runnable request = () -> requester.send(address ^ (1L << bit), 0);
          switch (bit) {
            case 2 ->
                remapping.verifyBlocked(
                    request,
                    FaultReason.NOT_PRESENT,
                    requester.sourceId(),
                    0x8000 | Remapping.INDEX);
            // the subhandle is 0
            case 3 -> remapping.verifyDelivered(request, Remapping.VECTOR);
            case 4 -> remapping.verifyCompatibilityBlocked(request, requester.sourceId());
            default ->
                remapping.verifyBlocked(
                    request,
                    FaultReason.NOT_PRESENT,
                    requester.sourceId(),
                    Remapping.INDEX ^ (1 << (bit - 5)));
          }
        });
    remapping.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers({"IR-IDX-002", "IR-IRTE-004"})
  void eachBitOfTheDataWithoutAndWithSubhandle(Machine machine, Cases cases) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, LARGEST);
    remapping.set(Remapping.INDEX, remapping.entry(Remapping.VECTOR));
    cases.range(
        0,
        15,
        bit -> {
          remapping.verifyDelivered(
              () ->
                  requester.send(
                      RemappableMessage.of(Remapping.INDEX).address().physicalAddress(), 1 << bit),
              Remapping.VECTOR);
          verifyIndex(
              remapping,
              requester,
              RemappableMessage.of(Remapping.INDEX, 1 << bit),
              Remapping.INDEX + (1 << bit));
        });
    remapping.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers("IR-IDX-005")
  void upperDataIsReservedWithASubhandle(Machine machine, Cases cases) {
    Requester.OfMessages requester = Requesters.ofWideData(machine);
    Remapping remapping = Remapping.start(machine);
    remapping.set(Remapping.INDEX, remapping.entry(Remapping.VECTOR));
    MessageAddress address = RemappableMessage.of(Remapping.INDEX, 0).address();
    cases.range(
        16,
        31,
        bit ->
            assertThat(
                    remapping
                        .blocked(() -> requester.send(address.physicalAddress(), 1 << bit))
                        .reasonCode())
                .as("reason of the fault")
                .isEqualTo(FaultReason.RESERVED_REQUEST.code()));
    remapping.verifyQuiet();
  }

  @Test
  @Records
  @Covers("IR-IDX-006")
  void upperDataWithoutSubhandle(Machine machine) {
    Requester.OfMessages requester = Requesters.ofWideData(machine);
    Remapping remapping = Remapping.start(machine);
    remapping.set(Remapping.INDEX, remapping.entry(Remapping.VECTOR));
    long address = RemappableMessage.of(Remapping.INDEX).address().physicalAddress();
    machine.observe(
        "taken of data bit 16 without subhandle",
        remapping.listeners().observe(() -> requester.send(address, 1 << 16)));
    List<FaultRecord> faults = remapping.unit().takeFaults();
    machine.observe("faults of it", faults.stream().map(Remapping::describe).toList());
    assertThat(faults)
        .allSatisfy(
            fault -> assertThat(fault.reasonCode()).isEqualTo(FaultReason.RESERVED_REQUEST.code()));
    remapping.verifyQuiet();
  }

  @Test
  @Records
  @Covers("IR-IDX-004")
  void aSumOfMoreThanSixteenBits(Machine machine) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, LARGEST);
    remapping.set(0, remapping.entry(Remapping.VECTOR));
    machine.observe(
        "taken of handle FFFFh with subhandle 1",
        remapping.listeners().observe(() -> requester.send(RemappableMessage.of(LAST, 1))));
    List<FaultRecord> faults = remapping.unit().takeFaults();
    machine.observe("faults of it", faults.stream().map(Remapping::describe).toList());
    assertThat(faults)
        .allSatisfy(fault ->
            assertThat(fault.reasonCode()).isEqualTo(FaultReason.INDEX_OUT_OF_RANGE.code()));
    remapping.verifyQuiet();
  }

  private static void moveTableToHole(Remapping remapping) {
    RemappingUnit unit = remapping.unit();
    unit.write(
        RemappingRegister.IRTA,
        InterruptRemappingTableAddress.of(HOLE, Remapping.ORDINARY, remapping.extended()).raw());
    unit.enable(GlobalCommand.SIRTP);
    unit.invalidateAll();
  }

  @Test
  @Requires(virtualTime = true)
  @Covers({"IR-IDX-008", "IR-FLT-001"})
  void aTableThatCannotBeReadIsAFault(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    moveTableToHole(remapping);
    for (int index : List.of(0, Remapping.INDEX, 0xFF)) {
      remapping.verifyBlocked(
          () -> requester.request(index), FaultReason.TABLE_ACCESS, requester.sourceId(), index);
    }
    remapping.unit().setTable(remapping.table(), remapping.extended());
    remapping.set(Remapping.INDEX, remapping.entry(Remapping.VECTOR));
    remapping.verifyDelivered(() -> requester.request(Remapping.INDEX), Remapping.VECTOR);
    remapping.verifyQuiet();
  }

  @Test
  @Requires(virtualTime = true)
  @Covers("IR-IDX-009")
  void requestAndIndexAreCheckedBeforeTheFetch(Machine machine) {
    Requester.OfMessages requester = Requesters.ofWideData(machine);
    Remapping remapping = Remapping.start(machine);
    moveTableToHole(remapping);
    remapping.verifyBlocked(
        () -> requester.request(0x100),
        FaultReason.INDEX_OUT_OF_RANGE,
        requester.sourceId(),
        0x100);
    long address = RemappableMessage.of(0, 0).address().physicalAddress();
    assertThat(remapping.blocked(() -> requester.send(address, 0x1_0000)).reasonCode())
        .as("reason of a reserved field before the fetch")
        .isEqualTo(FaultReason.RESERVED_REQUEST.code());
    remapping.verifyQuiet();
  }

  @Test
  @Covers("IR-IDX-009")
  void theRequestIsCheckedBeforeIndexAndEntry(Machine machine) {
    Requester.OfMessages requester = Requesters.ofWideData(machine);
    Remapping remapping = Remapping.start(machine);
    for (int subhandle : List.of(0, 0x100, 0xFFFF)) {
      long address = RemappableMessage.of(Remapping.INDEX, 0).address().physicalAddress();
      assertThat(
              remapping
                  .blocked(() -> requester.send(address, 0x8000_0000 | subhandle))
                  .reasonCode())
          .as("reason of a reserved field with subhandle %xh", subhandle)
          .isEqualTo(FaultReason.RESERVED_REQUEST.code());
    }
    remapping.verifyQuiet();
  }

  @Test
  @Covers({"IR-IDX-009", "IR-IRTE-001"})
  void presenceIsCheckedBeforeSourceAndForm(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    SourceValidation stranger = SourceValidation.requester(requester.sourceId() ^ 0x100);
    RemappedEntry entry = remapping.entry(Remapping.VECTOR).withPresent(false);
    for (RemappedEntry wrong :
        List.of(
            entry.withSource(stranger),
            EntryBits.withReserved(entry),
            EntryBits.withReserved(entry).withSource(stranger))) {
      remapping.set(Remapping.INDEX, wrong);
      remapping.verifyBlocked(
          () -> requester.request(Remapping.INDEX),
          FaultReason.NOT_PRESENT,
          requester.sourceId(),
          Remapping.INDEX);
    }
    remapping.verifyQuiet();
  }

  @Test
  @Covers("IR-IDX-009")
  void sourceAndFormAreCheckedInEitherOrder(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    remapping.set(
        Remapping.INDEX,
        remapping
            .entry(Remapping.VECTOR)
            .with(1L << 12, true)
            .withSource(SourceValidation.requester(requester.sourceId() ^ 0x100)));
    remapping.verifyBlocked(
        () -> requester.request(Remapping.INDEX),
        List.of(FaultReason.SOURCE, FaultReason.RESERVED_ENTRY),
        requester.sourceId(),
        Remapping.INDEX);
    remapping.verifyQuiet();
  }
}
