package io.apictck.model.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vtd.DmarStructure;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.machine.AcpiTables;
import io.apictck.machine.Cpu;
import io.apictck.machine.Dmar;
import io.apictck.machine.Machine;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.trace.Trace;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The unit in a machine: what goes through it, and what firmware says of it. */
final class RemappedMachineTest {
  private static final int VECTOR = 0x41;
  private static final int PIN = 5;
  private static final List<Feature> FEATURES =
      List.of(
          Feature.REMAPPING_UNIT,
          Feature.INTERRUPT_REMAPPING,
          Feature.EXTENDED_INTERRUPT_MODE,
          Feature.INTERRUPT_POSTING,
          Feature.ENHANCED_SIRTP,
          Feature.WIDE_INVALIDATION_DESCRIPTORS,
          Feature.DMAR_TABLE);

  private final Machine machine;
  private final Cpu cpu;
  private final long table;

  RemappedMachineTest() {
    machine = machine(EnumSet.allOf(Feature.class));
    cpu = machine.cpu(0);
    table = machine.newPage();
    cpu.lapic().setEnabled(true);
  }

  private static Machine machine(EnumSet<Feature> features) {
    ModelConfiguration configuration =
        new ModelConfiguration(List.of(0), features, IoApicSetup.several(10, 24));
    return new Machine(new ReferencePlatform(configuration, ReferenceChipset::new), new Trace());
  }

  private Board.RemappingUnit unit() {
    return machine.description().board().remappingUnits().getFirst();
  }

  private void write(RemappingRegister register, long value) {
    cpu.run(new Instruction.Store(unit().address() + register.offset(), register.width(), value));
  }

  private void set(int index, RemappedEntry entry) {
    cpu.run(
        new Instruction.Store(table + 16L * index, 8, entry.low()),
        new Instruction.Store(table + 16L * index + 8, 8, entry.high()));
  }

  private void enable() {
    write(RemappingRegister.IRTA, InterruptRemappingTableAddress.of(table, 7, false).raw());
    write(RemappingRegister.GCMD, GlobalCommand.SIRTP.mask());
    write(RemappingRegister.GCMD, GlobalCommand.IRE.mask());
  }

  private FaultRecord fault() {
    long at = unit().address() + UnitCapabilities.FAULT_RECORDS_AT;
    long[] halves = cpu.run(new Instruction.Load(at, 8), new Instruction.Load(at + 8, 8));
    return FaultRecord.of(halves[0], halves[1]);
  }

  @Test
  void featuresOfTheUnitAreFound() {
    for (Feature feature : FEATURES) {
      assertThat(machine.features().has(feature)).as("%s", feature).isTrue();
      Machine without = machine(EnumSet.complementOf(EnumSet.of(feature)));
      assertThat(without.features().has(feature)).as("without %s", feature).isFalse();
    }
  }

  @Test
  void theTableOfFirmwareSaysWhatTheBoardSays() {
    Dmar dmar = AcpiTables.of(machine).dmar();
    assertThat(dmar.interruptRemapping()).isTrue();
    assertThat(dmar.addressWidth()).isEqualTo(ModelConfiguration.MAX_PHY_ADDR);
    assertThat(dmar.units()).hasSize(1);
    DmarStructure.Unit told = dmar.units().getFirst();
    assertThat(told.address()).isEqualTo(unit().address());
    assertThat(told.flags()).isEqualTo(DmarStructure.INCLUDE_PCI_ALL);
    assertThat(told.scopes())
        .allMatch(scope -> scope.type() == DmarStructure.DeviceScope.IO_APIC)
        .extracting(scope -> new Board.IoApicScope(scope.enumerationId(), scope.sourceId()))
        .isEqualTo(unit().ioApics());
    assertThat(unit().ioApics()).hasSize(10);
    assertThat(unit().ioApics().stream().map(Board.IoApicScope::sourceId)).doesNotHaveDuplicates();
    assertThat(unit().ioApics().getFirst().sourceId()).isEqualTo(0xF0F8);
  }

  @Test
  void withoutTheUnitTheTableIsNotThere() {
    Machine without = machine(EnumSet.complementOf(EnumSet.of(Feature.REMAPPING_UNIT)));
    assertThat(AcpiTables.of(without).signatures()).containsExactly("APIC");
    assertThat(without.description().board().remappingUnits()).isEmpty();
  }

  @Test
  void theSamePinOfTwoIoApicsHasTwoEntries() {
    set(1, RemappedEntry.fixed(VECTOR, 0, false).withSource(source(0)));
    set(2, RemappedEntry.fixed(VECTOR + 1, 0, false).withSource(source(1)));
    enable();
    for (int i = 0; i < 2; i++) {
      RemappableRedirectionEntry entry = RemappableRedirectionEntry.of(i + 1, 0x99);
      machine.ioApic(i).setEntry(PIN, entry.entry());
      machine.pulseLine(machine.ioApic(i).gsiBase() + PIN);
      assertThat(machine.ioApic(i).entry(PIN)).isEqualTo(entry.entry());
    }
    assertThat(cpu.lapic().irr().stream().boxed()).containsExactly(VECTOR, VECTOR + 1);
  }

  private SourceValidation source(int ioApic) {
    return SourceValidation.requester(unit().ioApics().get(ioApic).sourceId());
  }

  @Test
  void anIoApicIsTheSourceOfItsFaults() {
    set(1, RemappedEntry.fixed(VECTOR, 0, false).withSource(source(0)));
    enable();
    machine.ioApic(1).setEntry(PIN, RemappableRedirectionEntry.of(1, 0x99).entry());
    machine.pulseLine(machine.ioApic(1).gsiBase() + PIN);
    assertThat(fault()).isEqualTo(FaultRecord.of(FaultReason.SOURCE, 0xF0F9, 1));
  }

  @Test
  void remoteIrrIsClearedByTheEndOfTheVectorInTheRedirectionEntry() {
    for (int other = 0; other <= 1; other++) {
      machine.reset();
      cpu.lapic().setEnabled(true);
      set(1, RemappedEntry.fixed(VECTOR, 0, false).withLevel(true));
      enable();
      machine
          .ioApic(0)
          .setEntry(PIN, RemappableRedirectionEntry.of(1, VECTOR + other).withLevel(true).entry());
      machine.line(PIN, true);
      assertThat(machine.ioApic(0).entry(PIN).remoteIrr()).isTrue();
      machine.line(PIN, false);
      cpu.sti();
      cpu.takeInterrupt();
      cpu.lapic().eoi();
      assertThat(machine.ioApic(0).entry(PIN).remoteIrr()).isEqualTo(other == 1);
    }
  }

  @Test
  void aBlockedLevelIsNotInFlight() {
    enable();
    RemappableRedirectionEntry entry = RemappableRedirectionEntry.of(1, VECTOR).withLevel(true);
    machine.ioApic(0).setEntry(PIN, entry.entry());
    machine.line(PIN, true);
    assertThat(machine.ioApic(0).entry(PIN).remoteIrr()).isFalse();
    assertThat(fault().reason()).contains(FaultReason.NOT_PRESENT);
    set(1, RemappedEntry.fixed(VECTOR, 0, false).withLevel(true));
    machine.ioApic(0).setEntry(PIN, entry.entry());
    assertThat(cpu.lapic().irr().contains(VECTOR)).isTrue();
  }

  @Test
  void messagesOfDevicesAreRemappedUntilReset() {
    set(0, RemappedEntry.fixed(VECTOR, 0, false));
    enable();
    RemappableMessage message = RemappableMessage.of(0);
    machine.deviceWrite(message.address().physicalAddress(), message.data());
    assertThat(cpu.lapic().irr().contains(VECTOR)).isTrue();
    machine.reset();
    cpu.lapic().setEnabled(true);
    machine.deviceWrite(message.address().physicalAddress(), 0x55);
    assertThat(cpu.lapic().irr().contains(0x55)).isTrue();
  }
}
