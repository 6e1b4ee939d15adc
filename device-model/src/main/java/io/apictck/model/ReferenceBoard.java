package io.apictck.model;

import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.pci.FunctionSetup;
import io.apictck.platform.Board;
import io.apictck.platform.Board.IoApicScope;
import io.apictck.platform.Board.RemappingUnit;
import io.apictck.platform.Board.SourceOverride;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** How the parts of a reference machine are wired: as those of a PC. */
public final class ReferenceBoard {
  /** ISA interrupts. */
  public static final int ISA_INTERRUPTS = 16;

  /** The ISA interrupt of the 8254 timer. */
  public static final int TIMER_IRQ = 0;

  /** The ISA interrupt of the MC146818 clock. */
  public static final int CLOCK_IRQ = 8;

  /** The global system interrupt that the timer has in place of 0, as in every PC. */
  private static final int TIMER_GSI = 2;

  /** Where memory of the first PCI function can be placed. */
  private static final long FIRST_WINDOW = 0xE000_0000L;

  /** Physical address of the register page of the remapping unit. */
  public static final long REMAPPING_UNIT = 0xFED9_0000L;

  /** Bus F0h, device 1Fh: the first of the source IDs of I/O APICs. */
  private static final int FIRST_SOURCE = 0xF0F8;

  private static final int FUNCTIONS = 8;

  private static final Set<Feature> DEVICES =
      EnumSet.of(
          Feature.PIC,
          Feature.ELCR,
          Feature.INTR_AT_IO_APIC,
          Feature.IMCR,
          Feature.PIT,
          Feature.RTC,
          Feature.ACPI_TABLES,
          Feature.MP_TABLE,
          Feature.DMAR_TABLE,
          Feature.EXTENDED_DESTINATION_ID);

  private ReferenceBoard() {}

  /** The board of a machine. */
  public static Board of(ModelConfiguration configuration) {
    Set<Feature> devices = EnumSet.copyOf(DEVICES);
    devices.retainAll(configuration.features());
    Set<Integer> lines = new HashSet<>();
    for (IoApicSetup ioApic : configuration.ioApics()) {
      IntStream.range(ioApic.gsiBase(), ioApic.gsiBase() + ioApic.inputs()).forEach(lines::add);
    }
    if (configuration.has(Feature.PIC)) {
      IntStream.range(0, ISA_INTERRUPTS).forEach(lines::add);
    }
    if (configuration.has(Feature.INTR_AT_IO_APIC) || configuration.ioApics().isEmpty()) {
      // input 0 has a source of its own
      lines.remove(0);
    }
    return new Board(
        configuration.ioApics().stream()
            .map(io -> new PlatformDescription.IoApic(io.address(), io.gsiBase(), io.inputs()))
            .toList(),
        devices,
        List.of(new SourceOverride(TIMER_IRQ, TIMER_GSI, false, false)),
        lines,
        functions(configuration),
        remappingUnits(configuration));
  }

  private static List<RemappingUnit> remappingUnits(ModelConfiguration configuration) {
    return configuration.has(Feature.REMAPPING_UNIT)
        ? List.of(
            new RemappingUnit(
                REMAPPING_UNIT,
                IntStream.range(0, configuration.ioApics().size())
                    .mapToObj(i -> new IoApicScope(i, sourceId(i)))
                    .toList()))
        : List.of();
  }

  /** The source ID of an I/O APIC: a function of device 1Fh, from the ninth on of device 1Eh. */
  static int sourceId(int ioApic) {
    return FIRST_SOURCE - ioApic / FUNCTIONS * FUNCTIONS + ioApic % FUNCTIONS;
  }

  private static List<Board.PciFunction> functions(ModelConfiguration configuration) {
    List<Board.PciFunction> functions = new ArrayList<>();
    for (FunctionSetup function : ReferenceFunctions.of(configuration)) {
      long window = FIRST_WINDOW + functions.size() * Board.PciFunction.WINDOW_SIZE;
      functions.add(
          new Board.PciFunction(
              function.requesterId(), function.interrupts(), function.gsi(), window));
    }
    return functions;
  }

  /** The global system interrupt that an ISA interrupt is. */
  static int gsiOfIsa(int irq) {
    return irq == TIMER_IRQ ? TIMER_GSI : irq;
  }

  /** The ISA interrupt that a global system interrupt is, -1 if it is none. */
  static int isaOfGsi(int gsi) {
    if (gsi == TIMER_GSI) {
      return TIMER_IRQ;
    }
    return gsi != TIMER_IRQ && gsi < ISA_INTERRUPTS ? gsi : -1;
  }
}
