package io.apictck.suites.gsi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.Cpuid;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.MadtEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.AcpiTables;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Madt;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The MADT against the machine (ACPI Specification, "Multiple APIC Description Table"). */
@Conformance
@Requires(Feature.ACPI_TABLES)
final class TableTests {
  private static final int FIRST_X2APIC_ID = 0xFF;

  @Test
  @Covers("GSI-TAB-001")
  void isWellFormed(Machine machine) {
    Madt madt = AcpiTables.of(machine).madt();
    assertThat(madt.entries()).as("structures").isNotEmpty();
    assertThat(madt.all(MadtEntry.AddressOverride.class)).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  @OnMachine(powerOn = true)
  @Covers("GSI-TAB-002")
  void namesTheAddressOfTheLocalApic(Machine machine, Cpu cpu) {
    long address = AcpiTables.of(machine).madt().localApicAddress();
    assertThat(address).as("local APIC address").isEqualTo(cpu.apicBase().address());
    int version = cpu.read32(address + LapicRegister.VERSION.offset());
    assertThat(version & 0xF0).as("version at that address, bits 7:4").isEqualTo(0x10);
  }

  @Test
  @Covers("GSI-TAB-003")
  void tellsWhetherThereAre8259Controllers(Machine machine) {
    boolean there = AcpiTables.of(machine).madt().pcatCompat();
    assertThat(there).as("PCAT_COMPAT").isEqualTo(machine.features().has(Feature.PIC));
    if (there) {
      keepsMasks(machine.masterPic());
      keepsMasks(machine.slavePic());
    }
  }

  @Test
  @OnMachine(without = Feature.PIC)
  @Covers("GSI-TAB-003")
  void without8259ControllersTheFlagIsClear(Machine machine) {
    assertThat(AcpiTables.of(machine).madt().pcatCompat()).as("PCAT_COMPAT").isFalse();
  }

  private static void keepsMasks(Pic pic) {
    pic.initialize(0x50);
    for (int mask : new int[] {0x00, 0x55, 0xAA, 0xFF}) {
      pic.setImr(mask);
      assertThat(pic.imr()).as("IMR").isEqualTo(mask);
    }
  }

  @InEachApicMode
  @OnMachine(processors = 4)
  @Covers("GSI-TAB-004")
  void listsEachProcessorOnce(Machine machine, Cpu cpu) {
    verifyProcessors(machine, 4);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 5,
      apicIds = {0, 0xFE, 0xFF, 0x100, 0x1_2345})
  @Covers("GSI-TAB-004")
  void wideIdsAreInX2apicStructures(Machine machine, Cpu cpu) {
    verifyProcessors(machine, 5);
    for (MadtEntry.LocalApic processor :
        AcpiTables.of(machine).madt().all(MadtEntry.LocalApic.class)) {
      assertThat(processor.enabled() && processor.apicId() == FIRST_X2APIC_ID)
          .as("%s has the broadcast ID", processor)
          .isFalse();
    }
  }

  private static void verifyProcessors(Machine machine, int started) {
    List<MadtEntry.Processor> processors =
        AcpiTables.of(machine).madt().all(MadtEntry.Processor.class).stream()
            .filter(MadtEntry.Processor::enabled)
            .toList();
    assertThat(processors.stream().map(MadtEntry.Processor::apicId))
        .as("APIC IDs of the table")
        .containsExactlyInAnyOrderElementsOf(machine.description().apicIds());
    assertThat(processors.stream().map(MadtEntry.Processor::uid))
        .as("UIDs of the table")
        .doesNotHaveDuplicates();
    for (Cpu cpu : machine.cpus().subList(0, started)) {
      int initial = cpu.cpuid(Cpuid.FEATURES).ebx() >>> 24;
      assertThat(processors.stream().map(MadtEntry.Processor::apicId))
          .as("APIC IDs of the table")
          .contains(cpu.lapic().id())
          .anyMatch(id -> (id & 0xFF) == initial);
    }
  }

  @Test
  @Requires(Feature.IO_APIC)
  @Covers("GSI-MAP-001")
  void listsTheIoApicsWithTheirRanges(Machine machine, Cpu cpu) {
    List<MadtEntry.IoApic> ioApics = AcpiTables.of(machine).madt().all(MadtEntry.IoApic.class);
    assertThat(ioApics.stream().map(MadtEntry.IoApic::id)).as("IDs").doesNotHaveDuplicates();
    assertThat(ioApics.stream().map(io -> described(cpu, io)))
        .as("I/O APICs of the table, with the inputs that they say")
        .containsExactlyInAnyOrderElementsOf(machine.description().ioApics());
    int end = 0;
    for (PlatformDescription.IoApic ioApic :
        ioApics.stream()
            .map(io -> described(cpu, io))
            .sorted(Comparator.comparingInt(PlatformDescription.IoApic::gsiBase))
            .toList()) {
      assertThat(ioApic.gsiBase()).as("base of %s", ioApic).isGreaterThanOrEqualTo(end);
      end = ioApic.gsiBase() + ioApic.inputs();
    }
  }

  /** With as many inputs as the version register at its address says. */
  private static PlatformDescription.IoApic described(Cpu cpu, MadtEntry.IoApic ioApic) {
    cpu.write32(ioApic.address(), 1);
    int version = cpu.read32(ioApic.address() + 0x10);
    return new PlatformDescription.IoApic(
        ioApic.address(), ioApic.gsiBase(), (version >>> 16 & 0xFF) + 1);
  }

  @Test
  @Covers("GSI-MAP-007")
  void flagsAreNoReservedValues(Machine machine) {
    Madt madt = AcpiTables.of(machine).madt();
    for (MadtEntry.SourceOverride override : madt.all(MadtEntry.SourceOverride.class)) {
      assertThat(override.flags().isReserved()).as("%s has reserved flags", override).isFalse();
      assertThat(override.bus()).as("bus of %s", override).isZero();
      assertThat(override.irq()).as("source of %s", override).isBetween(0, 15);
    }
    assertThat(madt.all(MadtEntry.SourceOverride.class).stream().map(MadtEntry.SourceOverride::irq))
        .as("sources")
        .doesNotHaveDuplicates();
    for (MadtEntry.LocalNmi nmi : madt.all(MadtEntry.LocalNmi.class)) {
      assertThat(nmi.flags().isReserved()).as("%s has reserved flags", nmi).isFalse();
    }
  }
}
