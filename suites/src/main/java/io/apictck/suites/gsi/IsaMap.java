package io.apictck.suites.gsi;

import io.apictck.arch.IntiFlags;
import io.apictck.machine.AcpiTables;
import io.apictck.machine.Machine;
import io.apictck.machine.Madt;
import io.apictck.platform.Board;
import io.apictck.platform.Board.SourceOverride;
import io.apictck.platform.Feature;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * Which global system interrupt each ISA interrupt is, and how its input is to be programmed: as
 * the MADT says where there is one, else as the platform says.
 */
final class IsaMap {
  private final IntUnaryOperator gsis;
  private final IntFunction<IntiFlags> flags;

  private IsaMap(IntUnaryOperator gsis, IntFunction<IntiFlags> flags) {
    this.gsis = gsis;
    this.flags = flags;
  }

  static IsaMap of(Machine machine) {
    if (machine.features().has(Feature.ACPI_TABLES)) {
      Madt madt = AcpiTables.of(machine).madt();
      return new IsaMap(madt::gsiOfIsa, madt::flagsOfIsa);
    }
    Board board = machine.description().board();
    return new IsaMap(board::gsiOfIsa, irq -> flags(board, irq));
  }

  private static IntiFlags flags(Board board, int irq) {
    return board.overrides().stream()
        .filter(override -> override.irq() == irq)
        .map(IsaMap::flags)
        .findFirst()
        .orElse(IntiFlags.BUS_DEFAULT);
  }

  private static IntiFlags flags(SourceOverride override) {
    return IntiFlags.of(override.activeLow(), override.level());
  }

  /** The global system interrupt of an ISA interrupt. */
  int gsi(int irq) {
    return gsis.applyAsInt(irq);
  }

  /** Polarity and trigger mode of an ISA interrupt. */
  IntiFlags flags(int irq) {
    return flags.apply(irq);
  }
}
