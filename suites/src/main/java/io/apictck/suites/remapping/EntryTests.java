package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.MessageData;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingTable;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Startup;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What an entry makes of a request (Intel VT-d specification, "Interrupt Remapping Table Entry
 * (IRTE) for Remapped Interrupts").
 */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class EntryTests {
  private static final int INDEX = Remapping.INDEX;
  private static final int VECTOR = Remapping.VECTOR;
  private static final int LAST_LEGAL = 0xFE;

  @InEachApicMode
  @Sweep
  @Covers("IR-IRTE-001")
  void anEntryThatIsNotPresentIsNotLookedAtFurther(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappedEntry entry = remapping.entry(VECTOR).withPresent(false);
    cases.range(
        2,
        127,
        bit -> {
          RemappedEntry wrong = EntryBits.flipped(entry, bit);
          remapping.set(INDEX, wrong);
          remapping.verifyBlocked(
              () -> requester.request(INDEX), FaultReason.NOT_PRESENT, requester.sourceId(), INDEX);
          remapping.set(INDEX, wrong.withFaultProcessingDisabled(true));
          remapping.verifyDiscarded(() -> requester.request(INDEX));
        });
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Sweep
  @Covers("IR-IRTE-004")
  void theVectorIsThatOfTheEntry(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    cases.range(
        0x10,
        LAST_LEGAL,
        vector -> {
          remapping.set(INDEX, remapping.entry(vector));
          remapping.verifyDelivered(() -> requester.request(INDEX), vector);
        });
    remapping.verifyQuiet();
  }

  /** What would be vector, modes and level of a message of compatibility format. */
  @InEachApicMode
  @Sweep
  @Covers("IR-IRTE-004")
  void dataOfTheRequestDoesNotMatter(Machine machine, Cases cases) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine);
    remapping.set(INDEX, remapping.entry(VECTOR));
    long address = RemappableMessage.of(INDEX).address().physicalAddress();
    cases.each(
        List.of(
            0,
            0x72,
            0xFFFF,
            MessageData.of(DeliveryMode.NMI, 0x72).raw(),
            MessageData.of(DeliveryMode.INIT, 0).raw(),
            MessageData.of(DeliveryMode.EXT_INT, 0x72).raw(),
            MessageData.fixedLevel(0x72).raw(),
            MessageData.TRIGGER_LEVEL),
        data -> {
          remapping.verifyDelivered(() -> requester.send(address, data), VECTOR);
          assertThat(machine.cpu(0).lapic()).hasTriggerMode(VECTOR, false);
        });
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers("IR-IRTE-004")
  void theTriggerModeIsThatOfTheEntry(Machine machine, Cpu cpu) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    for (boolean level : List.of(true, false, true)) {
      remapping.set(INDEX, remapping.entry(VECTOR).withLevel(level));
      remapping.verifyDelivered(() -> requester.request(INDEX), VECTOR);
      assertThat(cpu.lapic()).hasTriggerMode(VECTOR, level);
    }
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Sweep
  @Covers("IR-IRTE-009")
  void availableBitsAreIgnored(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    cases.range(
        0,
        0xF,
        bits -> {
          remapping.set(INDEX, remapping.entry(VECTOR).withAvailable(bits));
          remapping.verifyDelivered(() -> requester.request(INDEX), VECTOR);
        });
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers("IR-IRTE-005")
  void lowestPriorityDeliversTheVector(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    for (boolean hint : List.of(true, false)) {
      remapping.set(
          INDEX,
          remapping
              .entry(VECTOR)
              .withDeliveryMode(DeliveryMode.LOWEST_PRIORITY)
              .withRedirectionHint(hint));
      remapping.verifyDelivered(() -> requester.request(INDEX), VECTOR);
    }
    remapping.verifyQuiet();
  }

  /** Remapping without listeners: what comes is looked at by the test itself. */
  private static void startWith(Machine machine, Cpu target, DeliveryMode mode, int vector) {
    boolean extended = machine.remappingUnit().wantsExtendedMode();
    RemappingTable table = RemappingTable.create(machine, Remapping.ORDINARY);
    table.set(INDEX, RemappedEntry.fixed(vector, target.apicId(), extended).withDeliveryMode(mode));
    machine.remappingUnit().start(table, extended);
  }

  @InEachApicMode
  @Sweep
  @OnMachine(processors = 2)
  @Covers("IR-IRTE-005")
  void nmiIgnoresTheVector(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    Cpu target = machine.cpu(1);
    cases.each(
        List.of(0, VECTOR, 0xFF),
        vector -> {
          startWith(machine, target, DeliveryMode.NMI, vector);
          requester.request(INDEX);
          target.takeNmi();
          assertThat(target.lapic()).isIdle();
          target.iret();
          machine.expectNothing();
        });
    assertThat(target.lapic()).hasNoErrors();
    assertThat(machine.remappingUnit()).hasNoFault();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(stimuli = Stimulus.SMI)
  @Covers("IR-IRTE-005")
  void smi(Machine machine) {
    Requester requester = Requesters.any(machine);
    Cpu target = machine.cpu(1);
    startWith(machine, target, DeliveryMode.SMI, 0);
    requester.request(INDEX);
    target.takeSmi();
    assertThat(target.lapic()).isIdle();
    target.iret();
    machine.expectNothing();
    assertThat(machine.remappingUnit()).hasNoFault();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("IR-IRTE-005")
  void initResetsItsTarget(Machine machine) {
    Requester requester = Requesters.any(machine);
    Cpu target = machine.cpu(1);
    startWith(machine, target, DeliveryMode.INIT, 0);
    requester.request(INDEX);
    target.expectInit();
    machine.expectNothing();
    Startup.start(machine.cpu(0), target);
    assertThat(machine.remappingUnit()).hasNoFault();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.SUPPLIED_VECTOR)
  @Covers("IR-IRTE-005")
  void externalInterruptsAreAcknowledgedAtTheController(Machine machine, Cpu cpu) {
    Requester requester = Requesters.any(machine);
    startWith(machine, cpu, DeliveryMode.EXT_INT, VECTOR);
    machine.supplyVector(0x77);
    cpu.sti();
    requester.request(INDEX);
    cpu.takeInterrupt(0x77);
    assertThat(cpu.lapic()).isIdle();
    cpu.iret();
    machine.expectNothing();
    assertThat(machine.remappingUnit()).hasNoFault();
  }

  @Test
  @Records
  @Covers("IR-IRTE-006")
  void reservedDeliveryModes(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    for (DeliveryMode mode : List.of(DeliveryMode.RESERVED_3, DeliveryMode.STARTUP)) {
      remapping.set(INDEX, remapping.entry(VECTOR).withDeliveryMode(mode));
      List<?> taken = remapping.listeners().observe(() -> requester.request(INDEX));
      List<FaultRecord> faults = remapping.unit().takeFaults();
      machine.observe("faults of mode " + mode, faults.stream().map(Remapping::describe).toList());
      assertThat(taken).as("taken of mode %s", mode).isEmpty();
      assertThat(faults)
          .allSatisfy(
              fault -> assertThat(fault.reasonCode()).isEqualTo(FaultReason.RESERVED_ENTRY.code()));
    }
    remapping.verifyQuiet();
  }
}
