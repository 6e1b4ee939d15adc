package io.apictck.suites.gsi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MpEntry;
import io.apictck.arch.MpEntry.InterruptType;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.MpTable;
import io.apictck.platform.Feature;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The MP configuration table (MultiProcessor Specification, "MP Configuration Table"). */
@Conformance
@Requires(Feature.MP_TABLE)
final class MpTableTests {
  private static final int LINT0 = 0;
  private static final int LINT1 = 1;

  private static List<Integer> isaBuses(MpTable table) {
    return table.all(MpEntry.Bus.class).stream()
        .filter(bus -> bus.name().equals("ISA"))
        .map(MpEntry.Bus::id)
        .toList();
  }

  @Test
  @OnMachine(processors = 4)
  @Covers("GSI-MAP-012")
  void listsTheProcessors(Machine machine, Cpu cpu) {
    MpTable table = MpTable.of(machine);
    List<MpEntry.Processor> enabled =
        table.all(MpEntry.Processor.class).stream().filter(MpEntry.Processor::enabled).toList();
    assertThat(enabled.stream().map(MpEntry.Processor::apicId))
        .as("APIC IDs of the table")
        .containsExactlyInAnyOrderElementsOf(machine.description().apicIds());
    assertThat(enabled.stream().filter(MpEntry.Processor::bootstrap))
        .as("bootstrap processors of the table")
        .singleElement()
        .extracting(MpEntry.Processor::apicId)
        .isEqualTo(cpu.lapic().id());
    assertThat(table.localApicAddress())
        .as("local APIC address")
        .isEqualTo(cpu.apicBase().address());
  }

  @Test
  @Requires(Feature.IO_APIC)
  @Covers("GSI-MAP-012")
  void listsTheIoApics(Machine machine) {
    List<MpEntry.IoApic> ioApics =
        MpTable.of(machine).all(MpEntry.IoApic.class).stream()
            .filter(MpEntry.IoApic::enabled)
            .toList();
    assertThat(ioApics.stream().map(MpEntry.IoApic::address))
        .as("addresses of I/O APICs")
        .containsExactlyInAnyOrderElementsOf(
            machine.description().ioApics().stream().map(io -> io.address()).toList());
  }

  @Test
  @Requires(Feature.IO_APIC)
  @Covers("GSI-MAP-012")
  void isaInterruptsHaveTheSameInputsAsInTheMadt(Machine machine) {
    MpTable table = MpTable.of(machine);
    IsaMap map = IsaMap.of(machine);
    int base = machine.ioApic().gsiBase();
    List<Integer> buses = isaBuses(table);
    List<MpEntry.IoInterrupt> interrupts =
        table.all(MpEntry.IoInterrupt.class).stream()
            .filter(entry -> entry.type() == InterruptType.INT && buses.contains(entry.bus()))
            .toList();
    assertThat(interrupts).as("ISA interrupts").isNotEmpty();
    var inputs = new TreeMap<Integer, Integer>();
    var expected = new TreeMap<Integer, Integer>();
    for (MpEntry.IoInterrupt interrupt : interrupts) {
      inputs.put(interrupt.irq(), interrupt.input());
      expected.put(interrupt.irq(), map.gsi(interrupt.irq()) - base);
      assertThat(interrupt.flags().isReserved()).as("reserved flags in %s", interrupt).isFalse();
      assertThat(interrupt.flags().level())
          .as("level in %s", interrupt)
          .isEqualTo(map.flags(interrupt.irq()).level());
    }
    assertThat(inputs).as("inputs by ISA interrupt").isEqualTo(expected);
  }

  @Test
  @Requires({Feature.IO_APIC, Feature.PIC})
  @Covers("GSI-MAP-012")
  void namesInput0ForThe8259WhereItIsWired(Machine machine) {
    List<Integer> inputs =
        MpTable.of(machine).all(MpEntry.IoInterrupt.class).stream()
            .filter(entry -> entry.type() == InterruptType.EXT_INT)
            .map(MpEntry.IoInterrupt::input)
            .toList();
    if (machine.features().has(Feature.INTR_AT_IO_APIC)) {
      assertThat(inputs).as("inputs with ExtINT").containsExactly(0);
    } else {
      // tables of virtual machines often copy that of a PC
      machine.observe("inputs with ExtINT", inputs);
    }
  }

  @Test
  @Covers("GSI-MAP-012")
  void namesThePinsOfTheLocalApics(Machine machine) {
    List<MpEntry.LocalInterrupt> pins = MpTable.of(machine).all(MpEntry.LocalInterrupt.class);
    assertThat(
            pins.stream()
                .filter(pin -> pin.type() == InterruptType.NMI)
                .map(MpEntry.LocalInterrupt::pin))
        .as("pins of NMI")
        .isNotEmpty()
        .containsOnly(LINT1);
    if (machine.features().has(Feature.PIC)) {
      assertThat(
              pins.stream()
                  .filter(pin -> pin.type() == InterruptType.EXT_INT)
                  .map(MpEntry.LocalInterrupt::pin))
          .as("pins of ExtINT")
          .isNotEmpty()
          .containsOnly(LINT0);
    }
  }

  @Test
  @Covers("VW-IMCR-001")
  void tellsWhetherThereIsAModeConfigurationRegister(Machine machine) {
    assertThat(MpTable.of(machine).imcrPresent())
        .as("IMCRP")
        .isEqualTo(machine.features().has(Feature.IMCR));
  }

  @Test
  @Records
  @Covers("GSI-MAP-012")
  void recordsItsEntries(Machine machine) {
    for (MpEntry entry : MpTable.of(machine).entries()) {
      machine.observe("entry", entry);
    }
  }
}
