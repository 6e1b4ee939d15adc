package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.apictck.arch.vtd.Capability;
import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.PciFunction;
import io.apictck.machine.vtd.RemappingTable;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.Pin;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A remapping unit and what goes through it (intel-iommu.c). */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class RemappingTests {
  private static final int ENTRIES = 256;
  private static final int OF_INPUT = 1;
  private static final int OF_MESSAGE = 2;
  private static final int INPUT_VECTOR = 0xED;
  private static final int MESSAGE_VECTOR = 0xEE;

  /** As there: a table of 65536 entries of which only a page has memory, and no invalidation. */
  private static RemappingTable initialize(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enable(GlobalCommand.QIE);
    unit.write(RemappingRegister.RTADDR, machine.newPage());
    unit.enable(GlobalCommand.SRTP);
    RemappingTable table = RemappingTable.create(machine, 7);
    assertThat(table.entries()).as("entries with memory").isEqualTo(ENTRIES);
    unit.write(
        RemappingRegister.IRTA,
        InterruptRemappingTableAddress.of(
                table.address(), InterruptRemappingTableAddress.MAXIMUM_SIZE, false)
            .raw());
    unit.enable(GlobalCommand.SIRTP);
    unit.enable(GlobalCommand.TE);
    unit.enable(GlobalCommand.IRE);
    return table;
  }

  @Test
  @Covers({"IR-REG-002", "IR-REG-003", "IR-REG-006", "IR-REG-008"})
  @Ports({
    "KUT-IOMMU-001",
    "KUT-IOMMU-002",
    "KUT-IOMMU-003",
    "KUT-IOMMU-004",
    "KUT-IOMMU-005",
    "KUT-IOMMU-006"
  })
  void initialization(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    assertThat(unit.read(RemappingRegister.VER) >>> 4 & 0xF)
        .as("major version")
        .isGreaterThanOrEqualTo(1);
    initialize(machine);
    assertThat(unit.faultStatus()).as("fault status").isEqualTo(FaultStatus.of(0));
    assertThat(unit)
        .shows(
            GlobalCommand.QIE,
            GlobalCommand.SRTP,
            GlobalCommand.SIRTP,
            GlobalCommand.TE,
            GlobalCommand.IRE);
  }

  /** What DMA remapping can do does not matter to interrupts: it is recorded. */
  @Test
  @Records
  @Covers("IR-REG-001")
  @Ports({"KUT-IOMMU-007", "KUT-IOMMU-008"})
  void capabilitiesOfDmaRemapping(Machine machine) {
    Capability capability = machine.remappingUnit().capability();
    machine.observe("39-bit guest addresses", capability.has(Capability.ADDRESS_WIDTH_39));
    machine.observe(
        "super pages",
        capability.has(Capability.PAGES_OF_2_MIB) || capability.has(Capability.PAGES_OF_1_GIB));
  }

  private static RemappedEntry entry(Cpu target, int vector, int sourceId) {
    return RemappedEntry.fixed(vector, target.apicId(), false)
        .withFaultProcessingDisabled(true)
        .withSource(SourceValidation.requester(sourceId));
  }

  private static void expectOne(Machine machine, Counter taken) {
    machine.settle(() -> taken.count() >= 1);
    machine.expectNothing();
    assertThat(taken).hasCount(1);
    assertThat(machine.remappingUnit()).hasNoFault();
  }

  /** The source of the request is the I/O APIC, not the function whose pin it is. */
  @Test
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers({"IR-PRG-001", "IR-ORIG-001"})
  @Ports("KUT-IOMMU-010")
  void aPinThroughAnEntry(Machine machine, Cpu cpu) {
    List<PciFunction> functions =
        machine.functions().stream().filter(function -> function.gsi() >= 0).toList();
    assumeFalse(functions.isEmpty(), "a PCI function has an interrupt pin");
    PciFunction function = functions.getFirst();
    function.activate();
    Pin pin = Pin.ofGsi(machine, function.gsi());
    int sourceId = machine.remappingUnit().sourceIdOfInput(pin.gsi());
    RemappingTable table = initialize(machine);
    table.set(OF_INPUT, entry(cpu, INPUT_VECTOR, sourceId));
    pin.set(RemappableRedirectionEntry.of(OF_INPUT, INPUT_VECTOR).entry());
    Counter taken =
        cpu.onInterrupt(
            INPUT_VECTOR,
            (each, frame) -> {
              function.interrupt(0, false);
              each.finishInterrupt();
            });
    cpu.sti();
    function.interrupt(0, true);
    expectOne(machine, taken);
    pin.release();
  }

  @Test
  @Requires(value = Feature.MSI, stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers({"IR-FMT-002", "IR-SID-002"})
  @Ports("KUT-IOMMU-011")
  void aMessageThroughAnEntry(Machine machine, Cpu cpu) {
    MsiCapability msi = Functions.msi(machine).getFirst();
    RemappingTable table = initialize(machine);
    table.set(OF_MESSAGE, entry(cpu, MESSAGE_VECTOR, msi.function().requesterId()));
    RemappableMessage message = RemappableMessage.of(OF_MESSAGE);
    msi.program(message.address().physicalAddress(), message.data());
    msi.setEnabled(true);
    Counter taken = cpu.countInterrupts(MESSAGE_VECTOR);
    cpu.sti();
    msi.function().pulse(0);
    expectOne(machine, taken);
  }
}
