package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingTable;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands and their status (Intel VT-d specification, "Global Command Register"). */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class CommandTests {
  private static final int FIRST = 0x61;
  private static final int SECOND = 0x72;

  private static void verifyStatus(RemappingUnit unit, int expected, String when) {
    assertThat(unit.status()).as("global status %s", when).isEqualTo(expected);
  }

  @Test
  @Covers({"IR-REG-002", "IR-REG-003", "IR-REG-006", "IR-REG-007", "IR-REG-008"})
  void eachCommandChangesItsOwnStatus(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    RemappingTable table = RemappingTable.create(machine, 0);
    verifyStatus(unit, 0, "after reset");
    unit.enableQueue(0);
    int status = GlobalCommand.QIE.mask();
    verifyStatus(unit, status, "with the queue on");
    unit.write(RemappingRegister.IRTA, table.register(false).raw());
    List<GlobalCommand> commands =
        List.of(GlobalCommand.SIRTP, GlobalCommand.IRE, GlobalCommand.CFI);
    for (GlobalCommand command : commands) {
      unit.enable(command);
      status |= command.mask();
      verifyStatus(unit, status, "after " + command);
    }
    for (GlobalCommand command : List.of(GlobalCommand.IRE, GlobalCommand.CFI, GlobalCommand.QIE)) {
      unit.disable(command);
      status &= ~command.mask();
      verifyStatus(unit, status, "after " + command + " was turned off");
    }
  }

  @Test
  @Covers({"IR-REG-002", "IR-REG-003"})
  void theTablePointerStaysSetWithoutItsCommand(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    int status = unit.status();
    unit.write(RemappingRegister.GCMD, status & GlobalCommand.PERSISTENT);
    machine.expectNothing();
    verifyStatus(unit, status, "after the persistent bits were written back");
    assertThat(unit).shows(GlobalCommand.SIRTP);
    remapping.verifyQuiet();
  }

  /** The command register keeps nothing that the next write would do again. */
  @InEachApicMode
  @Covers({"IR-REG-002", "IR-REG-003", "IR-REG-004"})
  void aCommandIsNotRepeatedByTheNextOne(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    RemappingTable other = otherTable(machine, remapping);
    unit.write(RemappingRegister.IRTA, other.register(remapping.extended()).raw());
    unit.enable(GlobalCommand.CFI);
    unit.disable(GlobalCommand.CFI);
    unit.invalidateAll();
    assertThat(unit).shows(GlobalCommand.QIE, GlobalCommand.IRE, GlobalCommand.SIRTP);
    remapping.verifyDelivered(() -> requester.request(Remapping.INDEX), FIRST);
    remapping.verifyQuiet();
  }

  private static RemappingTable otherTable(Machine machine, Remapping remapping) {
    remapping.set(Remapping.INDEX, remapping.entry(FIRST));
    RemappingTable other = RemappingTable.create(machine, Remapping.ORDINARY);
    other.set(Remapping.INDEX, remapping.entry(SECOND));
    return other;
  }

  @InEachApicMode
  @Covers("IR-REG-004")
  void theTableAddressCountsWithItsCommandOnly(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    RemappingTable other = otherTable(machine, remapping);
    Runnable request = () -> requester.request(Remapping.INDEX);
    unit.write(RemappingRegister.IRTA, other.register(remapping.extended()).raw());
    unit.invalidateAll();
    remapping.verifyDelivered(request, FIRST);
    unit.enable(GlobalCommand.SIRTP);
    unit.invalidateAll();
    remapping.verifyDelivered(request, SECOND);
    unit.setTable(remapping.table(), remapping.extended());
    remapping.verifyDelivered(request, FIRST);
    remapping.verifyQuiet();
  }

  /** The size counts with the command only, as the address does. */
  @Test
  @Covers("IR-REG-004")
  void theSizeCountsWithItsCommandOnly(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    remapping.set(Remapping.INDEX, remapping.entry(FIRST));
    long register = remapping.table().register(remapping.extended()).raw();
    unit.write(RemappingRegister.IRTA, register & -16);
    unit.invalidateAll();
    remapping.verifyDelivered(() -> requester.request(Remapping.INDEX), FIRST);
    remapping.verifyQuiet();
  }

  /** Extended interrupt mode goes as it came, with the table pointer. */
  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(processors = 2)
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers({"IR-REG-004", "IR-REG-005", "IR-IRTE-003", "IR-SW-002"})
  void theModeComesAndGoesWithTheTablePointer(Machine machine) {
    Requester requester = Requesters.any(machine);
    Cpu target = machine.cpu(1);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    for (boolean extended : List.of(false, true, false)) {
      remapping.set(Remapping.INDEX, RemappedEntry.fixed(FIRST, target.apicId(), extended));
      unit.disable(GlobalCommand.IRE);
      unit.setTable(remapping.table(), extended);
      unit.enable(GlobalCommand.IRE);
      remapping.verifyDelivered(() -> requester.request(Remapping.INDEX), FIRST, target::equals);
    }
    remapping.verifyQuiet();
  }

  /** A mode that was written, but not set, neither blocks messages nor changes destinations. */
  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(processors = 2)
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers({"IR-REG-004", "IR-CFI-001", "IR-CFI-003"})
  void theModeCountsWithItsCommandOnly(Machine machine) {
    Requester.OfMessages requester = Requesters.free(machine);
    Cpu target = machine.cpu(1);
    long address = MessageAddress.physical(target.apicId()).physicalAddress();
    for (boolean extended : List.of(false, true)) {
      Remapping remapping = Remapping.start(machine, Remapping.ORDINARY, extended);
      RemappingUnit unit = remapping.unit();
      unit.enable(GlobalCommand.CFI);
      remapping.set(Remapping.INDEX, remapping.entry(FIRST, target));
      unit.write(RemappingRegister.IRTA, remapping.table().register(!extended).raw());
      remapping.verifyDelivered(() -> requester.request(Remapping.INDEX), FIRST, target::equals);
      Runnable message = () -> requester.send(address, MessageData.fixed(SECOND).raw());
      if (extended) {
        remapping.verifyCompatibilityBlocked(message, requester.sourceId());
      } else {
        remapping.verifyDelivered(message, SECOND, target::equals);
      }
      remapping.verifyQuiet();
    }
  }

  @InEachApicMode
  @Requires(Feature.ENHANCED_SIRTP)
  @Covers("IR-REG-010")
  void settingTheTablePointerDropsCachedEntries(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    RemappingTable other = otherTable(machine, remapping);
    Runnable request = () -> requester.request(Remapping.INDEX);
    remapping.verifyDelivered(request, FIRST);
    unit.write(RemappingRegister.IRTA, other.register(remapping.extended()).raw());
    unit.enable(GlobalCommand.SIRTP);
    remapping.verifyDelivered(request, SECOND);
    // an entry of the same table, too
    other.set(Remapping.INDEX, remapping.entry(FIRST));
    unit.enable(GlobalCommand.SIRTP);
    remapping.verifyDelivered(request, FIRST);
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers("IR-REG-010")
  void afterAnInvalidationOnlyTheNewTableCounts(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    RemappingTable other = otherTable(machine, remapping);
    Runnable request = () -> requester.request(Remapping.INDEX);
    remapping.verifyDelivered(request, FIRST);
    unit.write(RemappingRegister.IRTA, other.register(remapping.extended()).raw());
    unit.enable(GlobalCommand.SIRTP);
    unit.invalidateAll();
    remapping.verifyDelivered(request, SECOND);
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers({"IR-REG-006", "IR-FMT-001"})
  void remappingIsOnAndOffFromOneRequestToTheNext(Machine machine, Cpu cpu) {
    Requester.OfMessages requester = Requesters.free(machine);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    Runnable request =
        () ->
            requester.send(
                MessageAddress.physical(cpu.apicId()).physicalAddress(),
                MessageData.fixed(FIRST).raw());
    for (int i = 0; i < 3; i++) {
      remapping.verifyCompatibilityBlocked(request, requester.sourceId());
      unit.disable(GlobalCommand.IRE);
      remapping.verifyDelivered(request, FIRST);
      unit.enable(GlobalCommand.IRE);
    }
    remapping.verifyQuiet();
  }

  /** A table, once set, serves again after remapping was off. */
  @InEachApicMode
  @Covers("IR-REG-006")
  void theTableServesAgainAfterRemappingWasOff(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappingUnit unit = remapping.unit();
    remapping.set(Remapping.INDEX, remapping.entry(FIRST));
    for (int i = 0; i < 3; i++) {
      remapping.verifyDelivered(() -> requester.request(Remapping.INDEX), FIRST);
      unit.disable(GlobalCommand.IRE);
      unit.enable(GlobalCommand.IRE);
    }
    remapping.verifyQuiet();
  }

  @Test
  @Covers("IR-REG-008")
  void turningTheQueueOffResetsItsHead(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(0);
    unit.complete();
    unit.complete();
    assertThat(unit.head()).as("head of the queue").isEqualTo(0x20);
    unit.disable(GlobalCommand.QIE);
    assertThat(unit.head()).as("head of the queue that was turned off").isZero();
    unit.enableQueue(0);
    assertThat(unit.head()).as("head of the new queue").isZero();
    unit.complete();
    assertThat(unit.head()).as("head of the new queue").isEqualTo(0x10);
  }
}
