package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** I/O APICs as sources (Intel VT-d specification, "I/OxAPIC Programming"). */
@Conformance
@Requires(
    value = {Feature.INTERRUPT_REMAPPING, Feature.IO_APIC},
    stimuli = Stimulus.LINES,
    pins = 2)
final class InputTests {
  private static final int INDEX = Remapping.INDEX;
  private static final int VECTOR = Remapping.VECTOR;
  private static final int OF_INPUT = 0x3A;
  private static final int LARGEST = InterruptRemappingTableAddress.MAXIMUM_SIZE;

  private Requester.Input input;
  private Pin pin;

  @BeforeEach
  void chooseInput(Machine machine) {
    input = Requesters.inputs(machine).getFirst();
    pin = input.pin();
  }

  @Test
  @Sweep
  @Covers({"IR-PRG-001", "IR-PRG-002", "IR-ORIG-001", "IR-FLT-001"})
  void eachBitOfTheIndex(Machine machine, Cases cases) {
    Remapping remapping = Remapping.start(machine, LARGEST);
    List<Integer> indices =
        new ArrayList<>(List.of(0, 0x7FFF, 0x8001, 0xFFFF, 0x5AA5, 0xA55A, 0xC000));
    for (int bit = 0; bit < 16; bit++) {
      indices.add(1 << bit);
    }
    cases.each(
        indices,
        index -> {
          remapping.set(index, remapping.entry(VECTOR).withPresent(false));
          remapping.verifyBlocked(
              () -> input.request(index), FaultReason.NOT_PRESENT, input.sourceId(), index);
          remapping.set(index, remapping.entry(VECTOR));
          remapping.verifyDelivered(() -> input.request(index), VECTOR);
        });
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers({"IR-PRG-001", "IR-IDX-003"})
  void anIndexBeyondTheTableIsBlocked(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    for (int index : List.of(0x100, 0x7FFF, 0x8000, 0xFFFF)) {
      remapping.verifyBlocked(
          () -> input.request(index), FaultReason.INDEX_OUT_OF_RANGE, input.sourceId(), index);
    }
    remapping.verifyQuiet();
  }

  /** Inputs of all I/O APICs, each with an index and a vector of its own. */
  @InEachApicMode
  @Sweep
  @Covers({"IR-PRG-001", "IR-ORIG-001", "IR-SID-002"})
  void eachInputUsesItsOwnEntry(Machine machine, Cases cases) {
    Remapping remapping = Remapping.start(machine);
    List<Requester.Input> inputs = Requesters.inputs(machine);
    List<RemappableRedirectionEntry> entries = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      int vector = 0x40 + i;
      SourceValidation own = SourceValidation.requester(inputs.get(i).sourceId());
      remapping.table().set(vector, remapping.entry(vector).withSource(own));
      entries.add(RemappableRedirectionEntry.of(vector, vector));
      inputs.get(i).pin().set(entries.get(i).entry());
    }
    remapping.unit().invalidateAll();
    cases.range(
        0,
        inputs.size() - 1,
        i -> {
          Pin one = inputs.get(i).pin();
          remapping.verifyDelivered(one::raise, 0x40 + i);
          one.lower();
          assertThat(one.entry()).as("entry of %s", one).isEqualTo(entries.get(i).entry());
        });
    inputs.forEach(one -> one.pin().release());
    remapping.verifyQuiet();
  }

  /** The vector of the redirection table entry takes no part in the choice of the entry. */
  @Test
  @Sweep
  @Covers({"IR-PRG-002", "IR-IRTE-004"})
  void theVectorOfTheRedirectionEntryIsNoSubhandle(Machine machine, Cases cases) {
    Remapping remapping = Remapping.start(machine, LARGEST);
    remapping.set(INDEX, remapping.entry(VECTOR));
    cases.range(
        0,
        0xFF,
        vector -> {
          pin.set(RemappableRedirectionEntry.of(INDEX, vector).entry());
          remapping.verifyDelivered(pin::pulse, VECTOR);
        });
    pin.release();
    remapping.verifyQuiet();
  }

  @Test
  @Covers({"IR-PRG-001", "IR-CFI-001", "IR-CFI-002", "IR-ORIG-001"})
  void anEntryWithoutFormatBitIsOfCompatibilityFormat(Machine machine, Cpu cpu) {
    Remapping remapping = Remapping.start(machine);
    pin.set(RedirectionEntry.fixed(OF_INPUT, cpu.apicId()));
    for (int i = 0; i < 2; i++) {
      remapping.verifyCompatibilityBlocked(pin::pulse, input.sourceId());
      remapping.unit().enable(GlobalCommand.CFI);
      remapping.verifyDelivered(pin::pulse, OF_INPUT);
      remapping.unit().disable(GlobalCommand.CFI);
    }
    pin.release();
    remapping.verifyQuiet();
  }

  /** An entry of remappable format does what its index says as soon as remapping is on. */
  @Test
  @Covers({"IR-REG-006", "IR-PRG-001"})
  void theSameLineIsRemappedOrNot(Machine machine, Cpu cpu) {
    Remapping remapping = Remapping.start(machine);
    remapping.set(INDEX, remapping.entry(VECTOR));
    for (int i = 0; i < 2; i++) {
      pin.set(RemappableRedirectionEntry.of(INDEX, OF_INPUT).entry());
      remapping.verifyDelivered(pin::pulse, VECTOR);
      remapping.unit().disable(GlobalCommand.IRE);
      pin.set(RedirectionEntry.fixed(OF_INPUT, cpu.apicId()));
      remapping.verifyDelivered(pin::pulse, OF_INPUT);
      remapping.unit().enable(GlobalCommand.IRE);
    }
    pin.release();
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers("IR-PRG-003")
  void aMaskedInputSendsNothing(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    remapping.set(INDEX, remapping.entry(VECTOR));
    RemappableRedirectionEntry entry = RemappableRedirectionEntry.of(INDEX, OF_INPUT);
    pin.set(entry.withMasked(true).entry());
    remapping.verifyDiscarded(pin::pulse);
    pin.set(entry.entry());
    remapping.verifyDelivered(pin::pulse, VECTOR);
    // with an index that would be a fault, too
    pin.set(RemappableRedirectionEntry.of(INDEX + 1, OF_INPUT).withMasked(true).entry());
    remapping.verifyDiscarded(pin::pulse);
    pin.release();
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers({"IR-PRG-003", "IR-IRTE-010"})
  void aMaskedLevelIsSentWhenItIsUnmasked(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    remapping.set(INDEX, remapping.entry(VECTOR).withLevel(true));
    RemappableRedirectionEntry entry = RemappableRedirectionEntry.of(INDEX, VECTOR).withLevel(true);
    pin.set(entry.withMasked(true).entry());
    remapping.verifyDiscarded(pin::raise);
    machine.cpu(0).cli();
    pin.set(entry.entry());
    machine.settle(pin::inFlight);
    assertThat(machine.cpu(0).lapic()).requests(VECTOR);
    pin.lower();
    machine.cpu(0).sti();
    machine.settle(() -> !pin.inFlight());
    assertThat(remapping.listeners().soFar()).as("interrupts").hasSize(1);
    pin.release();
    remapping.verifyQuiet();
  }

  private void startLevel(Machine machine, Cpu cpu, int vectorOfInput) {
    boolean extended = machine.remappingUnit().wantsExtendedMode();
    machine
        .remappingUnit()
        .start()
        .set(INDEX, RemappedEntry.fixed(VECTOR, cpu.apicId(), extended).withLevel(true));
    pin.set(RemappableRedirectionEntry.of(INDEX, vectorOfInput).withLevel(true).entry());
    cpu.sti();
  }

  @InEachApicMode
  @Covers("IR-IRTE-010")
  void aLevelIsInFlightUntilItsEnd(Machine machine, Cpu cpu) {
    startLevel(machine, cpu, VECTOR);
    RedirectionEntry entry = pin.entry();
    for (int i = 0; i < 3; i++) {
      pin.raise();
      cpu.takeInterrupt(VECTOR);
      assertThat(pin.entry()).as("entry in the handler").isEqualTo(entry.withRemoteIrr(true));
      assertThat(cpu.lapic()).isServicing(VECTOR).hasTriggerMode(VECTOR, true);
      pin.lower();
      cpu.finishInterrupt();
      machine.expectNothing();
      assertThat(pin.entry()).as("entry after EOI").isEqualTo(entry);
    }
    pin.release();
    assertThat(machine.remappingUnit()).hasNoFault();
  }

  @InEachApicMode
  @Covers("IR-IRTE-010")
  void aLevelThatStaysActiveInterruptsAgainAfterItsEnd(Machine machine, Cpu cpu) {
    startLevel(machine, cpu, VECTOR);
    pin.raise();
    for (int i = 0; i < 3; i++) {
      cpu.serve(VECTOR);
    }
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(pin.inFlight()).as("remote IRR").isFalse();
    pin.release();
  }

  @InEachApicMode
  @Requires(Feature.IO_APIC_EOI_REGISTER)
  @Covers("IR-IRTE-010")
  void endsAreComparedWithTheRedirectionEntry(Machine machine, Cpu cpu) {
    startLevel(machine, cpu, OF_INPUT);
    pin.raise();
    cpu.takeInterrupt(VECTOR);
    pin.lower();
    cpu.finishInterrupt();
    machine.expectNothing();
    assertThat(pin.inFlight()).as("remote IRR after an EOI with another vector").isTrue();
    pin.ioApic().directedEoi(VECTOR);
    assertThat(pin.inFlight()).as("remote IRR after a directed EOI as the entry").isTrue();
    pin.ioApic().directedEoi(OF_INPUT);
    assertThat(pin.inFlight()).as("remote IRR after a directed EOI as the input").isFalse();
    machine.expectNothing();
    pin.release();
  }
}
