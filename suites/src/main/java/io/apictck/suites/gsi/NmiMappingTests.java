package io.apictck.suites.gsi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.MadtEntry;
import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.AcpiTables;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Madt;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Where NMI is wired to (ACPI Specification, "Local APIC NMI Structure" and "Non-Maskable Interrupt
 * (NMI) Source Structure").
 */
@Conformance
@Requires(Feature.ACPI_TABLES)
final class NmiMappingTests {
  private static LapicRegister entry(int pin) {
    return pin == 0 ? LapicRegister.LVT_LINT0 : LapicRegister.LVT_LINT1;
  }

  private static LocalLine line(int pin) {
    return pin == 0 ? LocalLine.LINT0 : LocalLine.LINT1;
  }

  /** What holds for a processor. */
  private static List<MadtEntry.LocalNmi> of(Madt madt, Cpu cpu) {
    List<Integer> uids =
        madt.all(MadtEntry.Processor.class).stream()
            .filter(processor -> processor.apicId() == cpu.apicId())
            .map(MadtEntry.Processor::uid)
            .toList();
    return madt.all(MadtEntry.LocalNmi.class).stream()
        .filter(nmi -> nmi.concernsAll() || uids.contains(nmi.uid()))
        .toList();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("GSI-MAP-010")
  void eachProcessorHasAPin(Machine machine, Cpu cpu) {
    Madt madt = AcpiTables.of(machine).madt();
    for (Cpu each : machine.cpus()) {
      assertThat(of(madt, each)).as("NMI pins of %s", each).isNotEmpty();
    }
    for (MadtEntry.LocalNmi nmi : madt.all(MadtEntry.LocalNmi.class)) {
      assertThat(nmi.pin()).as("pin of %s", nmi).isBetween(0, 1);
      assertThat(nmi.flags().level()).as("%s is level-triggered", nmi).isFalse();
    }
  }

  @Test
  @OnMachine(powerOn = true)
  @Covers("GSI-MAP-010")
  void thePinIsMaskedOrAnNmiAtHandOff(Machine machine, Cpu cpu) {
    for (MadtEntry.LocalNmi nmi : of(AcpiTables.of(machine).madt(), cpu)) {
      LvtEntry found = cpu.lapic().lvt(entry(nmi.pin()));
      assertThat(found.masked() || found.deliveryMode() == DeliveryMode.NMI)
          .as("%s is %s", entry(nmi.pin()), found)
          .isTrue();
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(stimuli = Stimulus.LINT_PINS)
  @Covers("GSI-MAP-010")
  void thePinGivesNmis(Machine machine, Cpu cpu) {
    Madt madt = AcpiTables.of(machine).madt();
    for (Cpu target : List.of(cpu, machine.cpu(1))) {
      for (MadtEntry.LocalNmi nmi : of(madt, target)) {
        boolean low = nmi.flags().activeLow();
        LvtEntry entry = LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.NMI).withActiveLow(low);
        target.line(line(nmi.pin()), low);
        target.lapic().setLvt(entry(nmi.pin()), entry);
        target.line(line(nmi.pin()), !low);
        target.takeNmi();
        target.line(line(nmi.pin()), low);
        target.iret();
        machine.expectNothing();
      }
      assertThat(target.lapic()).isIdle();
    }
  }

  @InEachApicMode
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES)
  @Covers("GSI-MAP-011")
  void aSourceGivesNmis(Machine machine, Cpu cpu) {
    List<MadtEntry.NmiSource> sources =
        AcpiTables.of(machine).madt().all(MadtEntry.NmiSource.class).stream()
            .filter(source -> machine.description().board().lines().contains(source.gsi()))
            .toList();
    Assumptions.assumeFalse(sources.isEmpty(), "the MADT names an NMI source");
    for (MadtEntry.NmiSource source : sources) {
      Input input = Input.of(machine, source.gsi());
      input.set(
          RedirectionEntry.of(
              RedirectionEntry.fixed(0, cpu.apicId()).raw() | DeliveryMode.NMI.code() << 8));
      machine.line(source.gsi(), true);
      cpu.takeNmi();
      machine.line(source.gsi(), false);
      cpu.iret();
      machine.expectNothing();
      input.mask();
    }
  }
}
