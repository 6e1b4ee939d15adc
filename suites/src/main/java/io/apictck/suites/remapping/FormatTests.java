package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Which requests are remapped, pass and are blocked (Intel VT-d specification, "Interrupt-Remapping
 * Hardware Operation").
 */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class FormatTests {
  private static final int OF_ENTRY = 0x61;
  private static final int OF_MESSAGE = 0x72;
  private static final int LARGEST = InterruptRemappingTableAddress.MAXIMUM_SIZE;

  /** Position of the destination of a compatibility message in the handle of a remappable one. */
  private static final int DESTINATION_IN_HANDLE = 7;

  /**
   * A state of the controls, and the format of a request.
   *
   * @param remappable address bit 4
   * @param remapping IRE
   * @param compatibility CFI
   */
  private record Combination(boolean remappable, boolean remapping, boolean compatibility) {
    private static List<Combination> all() {
      List<Combination> all = new ArrayList<>();
      for (int bits = 0; bits < 8; bits++) {
        all.add(new Combination((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0));
      }
      return all;
    }
  }

  private static void turn(RemappingUnit unit, GlobalCommand command, boolean on) {
    if (on) {
      unit.enable(command);
    } else {
      unit.disable(command);
    }
  }

  /** A message to a processor; the format bit makes it one for the entry behind its destination. */
  private static long address(Cpu cpu, boolean remappable) {
    long address = MessageAddress.physical(cpu.apicId()).physicalAddress();
    return remappable ? address | RemappableMessage.FORMAT : address;
  }

  private static void verifyAll(Machine machine, Cpu cpu, Cases cases, boolean extended) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, LARGEST, extended);
    remapping.set(cpu.apicId() << DESTINATION_IN_HANDLE, remapping.entry(OF_ENTRY));
    cases.each(
        Combination.all(),
        state -> {
          turn(remapping.unit(), GlobalCommand.CFI, state.compatibility());
          turn(remapping.unit(), GlobalCommand.IRE, state.remapping());
          Runnable request =
              () ->
                  requester.send(
                      address(cpu, state.remappable()), MessageData.fixed(OF_MESSAGE).raw());
          if (!state.remapping()) {
            remapping.verifyDelivered(request, OF_MESSAGE);
          } else if (state.remappable()) {
            remapping.verifyDelivered(request, OF_ENTRY);
          } else if (state.compatibility() && !extended) {
            remapping.verifyDelivered(request, OF_MESSAGE);
          } else {
            remapping.verifyCompatibilityBlocked(request, requester.sourceId());
          }
        });
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Sweep
  @Covers({"IR-FMT-001", "IR-FMT-002", "IR-CFI-001", "IR-CFI-002", "IR-REG-006", "IR-REG-007"})
  void allCombinationsWithEightBitDestinations(Machine machine, Cpu cpu, Cases cases) {
    verifyAll(machine, cpu, cases, false);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Sweep
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers({"IR-FMT-001", "IR-FMT-002", "IR-CFI-003", "IR-REG-006", "IR-REG-007"})
  void allCombinationsInExtendedMode(Machine machine, Cpu cpu, Cases cases) {
    verifyAll(machine, cpu, cases, true);
  }

  /** Every requester, with the format enabled and not. */
  @Test
  @Sweep
  @Covers({"IR-CFI-001", "IR-CFI-002"})
  void compatibilityFormatOfEachVector(Machine machine, Cpu cpu, Cases cases) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine);
    for (boolean passes : List.of(true, false)) {
      turn(remapping.unit(), GlobalCommand.CFI, passes);
      cases.range(
          0x10,
          0xFE,
          vector -> {
            Runnable request =
                () -> requester.send(address(cpu, false), MessageData.fixed(vector).raw());
            if (passes) {
              remapping.verifyDelivered(request, vector);
            } else {
              remapping.verifyCompatibilityBlocked(request, requester.sourceId());
            }
          });
    }
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers({"IR-CFI-002", "IR-CFI-004", "IR-FLT-010"})
  void noEntrySuppressesTheRecordOfABlockedMessage(Machine machine, Cpu cpu) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine, 0);
    for (int index = 0; index < remapping.table().entries(); index++) {
      remapping.set(index, remapping.entry(OF_ENTRY).withFaultProcessingDisabled(true));
    }
    remapping.verifyCompatibilityBlocked(
        () -> requester.send(address(cpu, false), OF_MESSAGE), requester.sourceId());
    remapping.verifyQuiet();
  }

  @Test
  @Records
  @Covers("IR-CFI-005")
  void faultInformationOfABlockedMessage(Machine machine, Cpu cpu) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine);
    FaultRecord fault = remapping.blocked(() -> requester.send(address(cpu, false), OF_MESSAGE));
    machine.observe(
        "fault information of a blocked request of compatibility format", Hex.qword(fault.low()));
    remapping.verifyQuiet();
  }

  /** Every requester there is, by the entry it asks for. */
  @InEachApicMode
  @Covers({"IR-FMT-002", "IR-ORIG-001", "IR-FLT-001"})
  void eachRequesterIsRemappedAndNamedInFaults(Machine machine) {
    List<Requester> requesters = Requesters.all(machine);
    Remapping remapping = Remapping.start(machine);
    for (int i = 0; i < requesters.size(); i++) {
      Requester requester = requesters.get(i);
      int index = 0x40 + i;
      int vector = 0x50 + i;
      remapping.verifyBlocked(
          () -> requester.request(index), FaultReason.NOT_PRESENT, requester.sourceId(), index);
      remapping.set(index, remapping.entry(vector));
      remapping.verifyDelivered(() -> requester.request(index), vector);
    }
    remapping.verifyQuiet();
  }

  /** Any function may have made a request. */
  @Test
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("IR-ORIG-001")
  void faultsNameTheFunctionThatMadeTheRequest(Machine machine, Cases cases) {
    Remapping remapping = Remapping.start(machine);
    List<Integer> sources = new ArrayList<>(List.of(0, 0xFFFF, 0x5AA5, 0xA55A));
    for (int bit = 0; bit < 16; bit++) {
      sources.add(1 << bit);
      sources.add(0xFFFF & ~(1 << bit));
    }
    cases.each(
        sources,
        source ->
            remapping.verifyBlocked(
                () -> new Requester.Writer(machine, source).request(Remapping.INDEX),
                FaultReason.NOT_PRESENT,
                source,
                Remapping.INDEX));
    assertThat(remapping.unit()).hasNoFault();
    remapping.verifyQuiet();
  }
}
