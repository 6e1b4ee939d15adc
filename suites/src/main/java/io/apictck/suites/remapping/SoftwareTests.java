package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.vtd.RemappingTable;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Action;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.Listeners;
import io.apictck.trace.TraceEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How software uses a unit, with what each of its steps relies on. */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class SoftwareTests {
  private static final int INDEX = Remapping.INDEX;
  private static final int VECTOR = Remapping.VECTOR;
  private static final int OF_MESSAGE = 0x72;
  private static final int BRIDGE_BUS = 0x20;

  /** Interrupts of functions that are not remapped yet arrive until software blocks them. */
  @Test
  @Covers({"IR-SW-001", "IR-CFI-001"})
  void noStepOfTheBringUpLosesAnInterrupt(Machine machine, Cpu cpu) {
    Requester.OfMessages requester = Requesters.free(machine);
    RemappingUnit unit = machine.remappingUnit();
    RemappingTable table = RemappingTable.create(machine, Remapping.ORDINARY);
    table.set(INDEX, RemappedEntry.fixed(VECTOR, cpu.apicId(), false));
    Listeners listeners = Listeners.of(machine);
    long address = MessageAddress.physical(cpu.apicId()).physicalAddress();
    Runnable request = () -> requester.send(address, MessageData.fixed(OF_MESSAGE).raw());
    List<Runnable> steps =
        List.of(
            () -> unit.enable(GlobalCommand.CFI),
            () -> unit.enableQueue(0),
            () -> unit.write(RemappingRegister.IRTA, table.register(false).raw()),
            () -> unit.enable(GlobalCommand.SIRTP),
            unit::invalidateAll,
            () -> unit.enable(GlobalCommand.IRE));
    for (Runnable step : steps) {
      listeners.verify(request, () -> "a message meanwhile", OF_MESSAGE, cpu::equals);
      step.run();
    }
    listeners.verify(request, () -> "a message at last", OF_MESSAGE, cpu::equals);
    listeners.verify(() -> requester.request(INDEX), () -> "a request", VECTOR, cpu::equals);
    unit.disable(GlobalCommand.CFI);
    request.run();
    machine.settle(() -> unit.faultStatus().pending());
    assertThat(unit).hasFault(FaultReason.COMPATIBILITY_FORMAT, requester.sourceId());
    unit.clearFaults();
    listeners.verify(() -> requester.request(INDEX), () -> "a request", VECTOR, cpu::equals);
    listeners.verifyQuiet();
  }

  /** The registers that the driver of the kit writes, and the order of its commands. */
  @InEachApicMode
  @Covers("IR-SW-001")
  void theDriverKeepsTheOrder(Machine machine) {
    Requester requester = Requesters.any(machine);
    RemappingUnit unit = machine.remappingUnit();
    unit.enable(GlobalCommand.CFI);
    boolean extended = unit.wantsExtendedMode();
    RemappingTable table = RemappingTable.create(machine, Remapping.ORDINARY);
    table.set(INDEX, RemappedEntry.fixed(VECTOR, machine.cpu(0).apicId(), extended));
    long before = machine.trace().size();
    unit.start(table, extended);
    int count = (int) (machine.trace().size() - before);
    List<String> steps = new ArrayList<>();
    int[] commands = {GlobalCommand.CFI.mask()};
    for (TraceEntry entry : machine.trace().last(count)) {
      if (entry instanceof TraceEntry.Did(_, Action.Execute(_, _, List<Instruction> block))) {
        block.forEach(instruction -> note(unit, instruction, commands, steps));
      }
    }
    assertThat(steps)
        .as("what the driver wrote")
        .containsExactly(
            "tail",
            "queue address",
            "QIE",
            "table address",
            "SIRTP",
            "global invalidation",
            "tail",
            "IRE",
            "no CFI");
    Listeners listeners = Listeners.of(machine);
    listeners.verify(
        () -> requester.request(INDEX), () -> "a request", VECTOR, cpu -> cpu.index() == 0);
    assertThat(unit).hasNoFault();
  }

  /** Notes a store to what matters; of the command register what changes. */
  private static void note(
      RemappingUnit unit, Instruction instruction, int[] commands, List<String> steps) {
    if (!(instruction instanceof Instruction.Store(long address, _, long value))) {
      return;
    }
    if (address == unit.address(RemappingRegister.IQA)) {
      steps.add("queue address");
    } else if (address == unit.address(RemappingRegister.IRTA)) {
      steps.add("table address");
    } else if (address == unit.address(RemappingRegister.IQT)) {
      steps.add("tail");
    } else if (address == unit.address(RemappingRegister.GCMD)) {
      for (GlobalCommand command : GlobalCommand.values()) {
        boolean on = command.in((int) value);
        if (on != command.in(commands[0])) {
          steps.add(on ? command.name() : "no " + command.name());
        }
      }
      commands[0] = (int) value & GlobalCommand.PERSISTENT;
    } else if (value == InvalidationDescriptor.allEntries().low()) {
      steps.add("global invalidation");
    }
  }

  /** An ID that is not shifted lies in reserved bits. */
  @Test
  @OnMachine(processors = 2)
  @Covers({"IR-SW-002", "IR-IRTE-003"})
  void inXapicModeTheIdIsShifted(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    for (Cpu target : machine.cpus()) {
      long id = target.apicId();
      RemappedEntry entry = remapping.entry(VECTOR, target);
      assertThat(entry.low() >>> 32).as("bits 63:32 of an entry").isEqualTo(id << 8);
      remapping.set(INDEX, entry);
      remapping.verifyDelivered(() -> requester.request(INDEX), VECTOR, target::equals);
      if (id != 0) {
        remapping.set(INDEX, remapping.entry(VECTOR).withDestination((int) id, true));
        remapping.verifyBlocked(
            () -> requester.request(INDEX),
            FaultReason.RESERVED_ENTRY,
            requester.sourceId(),
            INDEX);
      }
    }
    remapping.verifyQuiet();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 3,
      apicIds = {0, 1, 0x101})
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers("IR-SW-002")
  void idsAbove255NeedExtendedMode(Machine machine) {
    Requester requester = Requesters.any(machine);
    Cpu far = machine.cpu(2);
    Remapping eight = Remapping.start(machine, Remapping.ORDINARY, false);
    eight.set(INDEX, eight.entry(VECTOR, far));
    eight.verifyDelivered(() -> requester.request(INDEX), VECTOR, machine.cpu(1)::equals);
    eight.verifyQuiet();
    eight.unit().disable(GlobalCommand.IRE);
    Remapping wide = Remapping.start(machine, Remapping.ORDINARY, true);
    wide.set(INDEX, wide.entry(VECTOR, far));
    wide.verifyDelivered(() -> requester.request(INDEX), VECTOR, far::equals);
    wide.verifyQuiet();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(value = Feature.MSI, stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers("IR-SW-003")
  void anInterruptIsMovedByItsEntryAlone(Machine machine) {
    List<MsiCapability> all = Functions.msi(machine);
    Remapping remapping = Remapping.start(machine);
    for (MsiCapability msi : all) {
      SourceValidation own = SourceValidation.requester(msi.function().requesterId());
      RemappableMessage message = RemappableMessage.of(INDEX);
      msi.allocate(0);
      msi.program(message.address().physicalAddress(), message.data());
      msi.setEnabled(true);
      for (int round = 0; round < 4; round++) {
        Cpu target = machine.cpu(round % 2);
        int vector = VECTOR + round;
        remapping.table().set(INDEX, remapping.entry(vector, target).withSource(own));
        remapping.unit().invalidate(INDEX, 0);
        remapping.verifyDelivered(() -> msi.function().pulse(0), vector, target::equals);
        assertThat(msi.address())
            .as("message address of %s", msi)
            .isEqualTo(message.address().physicalAddress());
        assertThat(msi.data()).as("message data of %s", msi).isEqualTo(message.data());
      }
      msi.setEnabled(false);
    }
    remapping.verifyQuiet();
  }

  /** The policy of operating systems accepts what it should, and nobody else. */
  @InEachApicMode
  @Covers({"IR-SW-004", "IR-SID-002", "IR-ORIG-001"})
  void aRequesterIsValidatedByItsOwnId(Machine machine) {
    List<Requester> requesters = Requesters.all(machine);
    Remapping remapping = Remapping.start(machine);
    for (Requester owner : requesters) {
      SourceValidation own = SourceValidation.requester(owner.sourceId());
      remapping.set(INDEX, remapping.entry(VECTOR).withSource(own));
      for (Requester requester : requesters) {
        Runnable request = () -> requester.request(INDEX);
        if (requester.sourceId() == owner.sourceId()) {
          remapping.verifyDelivered(request, VECTOR);
        } else {
          remapping.verifyBlocked(request, FaultReason.SOURCE, requester.sourceId(), INDEX);
        }
      }
    }
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers({"IR-SW-004", "IR-SID-003"})
  void functionsBehindABridgeAreValidatedByTheirBuses(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    remapping.set(
        INDEX,
        remapping.entry(VECTOR).withSource(SourceValidation.buses(BRIDGE_BUS, BRIDGE_BUS + 2)));
    for (int bus = BRIDGE_BUS - 1; bus <= BRIDGE_BUS + 3; bus++) {
      for (int function : List.of(0, 0x08, 0xFF)) {
        Requester writer = new Requester.Writer(machine, bus << 8 | function);
        Runnable request = () -> writer.request(INDEX);
        if (bus >= BRIDGE_BUS && bus <= BRIDGE_BUS + 2) {
          remapping.verifyDelivered(request, VECTOR);
        } else {
          remapping.verifyBlocked(request, FaultReason.SOURCE, writer.sourceId(), INDEX);
        }
      }
    }
    remapping.verifyQuiet();
  }
}
