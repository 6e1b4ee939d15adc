package io.apictck.model.firmware;

import io.apictck.arch.ApicBase;
import io.apictck.arch.IntiFlags;
import io.apictck.model.ModelConfiguration;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription;

/**
 * The structures of the multiple APIC description table (ACPI, "Multiple APIC Description Table").
 *
 * <p>Supported: processors with either kind of APIC ID, I/O APICs, source overrides, NMI at LINT1
 * of all processors. Not supported: processors that can be added later.
 */
final class InterruptTable {
  private static final int PCAT_COMPAT = 1;
  private static final int ENABLED = 1;

  /** IDs from here on need the structure of a local x2APIC. */
  private static final int FIRST_X2APIC_ID = 0xFF;

  private static final int ALL_PROCESSORS = 0xFF;
  private static final int NMI_PIN = 1;
  private static final IntiFlags NMI_FLAGS = IntiFlags.of(false, false);

  private InterruptTable() {}

  static TableWriter body(ModelConfiguration configuration, Board board) {
    TableWriter table = new TableWriter();
    table.u32(ApicBase.DEFAULT_ADDRESS).u32(configuration.has(Feature.PIC) ? PCAT_COMPAT : 0);
    processors(table, configuration);
    for (int i = 0; i < board.ioApics().size(); i++) {
      PlatformDescription.IoApic ioApic = board.ioApics().get(i);
      table.u8(1).u8(12).u8(i).u8(0).u32(ioApic.address()).u32(ioApic.gsiBase());
    }
    for (Board.SourceOverride override : board.overrides()) {
      table.u8(2).u8(10).u8(0).u8(override.irq()).u32(override.gsi()).u16(flags(override).raw());
    }
    table.u8(4).u8(6).u8(ALL_PROCESSORS).u16(NMI_FLAGS.raw()).u8(NMI_PIN);
    if (configuration.apicIds().stream().anyMatch(InterruptTable::isWide)) {
      table.u8(10).u8(12).u16(NMI_FLAGS.raw()).u32(-1).u8(NMI_PIN).zeros(3);
    }
    return table;
  }

  private static void processors(TableWriter table, ModelConfiguration configuration) {
    for (int uid = 0; uid < configuration.apicIds().size(); uid++) {
      int id = configuration.apicIds().get(uid);
      if (isWide(id)) {
        table.u8(9).u8(16).zeros(2).u32(id).u32(ENABLED).u32(uid);
      } else {
        table.u8(0).u8(8).u8(uid).u8(id).u32(ENABLED);
      }
    }
  }

  static IntiFlags flags(Board.SourceOverride override) {
    return override.level() || override.activeLow()
        ? IntiFlags.of(override.activeLow(), override.level())
        : IntiFlags.BUS_DEFAULT;
  }

  private static boolean isWide(int id) {
    return Integer.compareUnsigned(id, FIRST_X2APIC_ID) >= 0;
  }
}
