package io.apictck.model.firmware;

import io.apictck.arch.ApicBase;
import io.apictck.arch.IntiFlags;
import io.apictck.model.ModelConfiguration;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription;

/**
 * The MP configuration table (MultiProcessor Specification, "MP Configuration Table").
 *
 * <p>Supported: processors, the ISA bus, I/O APICs, I/O and local interrupts. Not supported: other
 * buses, the extended table, processors whose APIC ID has more than 8 bits.
 */
final class MultiprocessorTable {
  private static final int HEADER = 44;
  private static final int CHECKSUM = 7;
  private static final int REVISION = 4;
  private static final int MAX_ID = 0xFE;

  private static final int ENABLED = 1;
  private static final int BOOTSTRAP = 2;
  private static final int APIC_VERSION = 0x14;
  private static final int IO_APIC_VERSION = 0x20;

  private static final int INT = 0;
  private static final int NMI = 1;
  private static final int EXT_INT = 3;

  private static final int ALL = 0xFF;
  private static final int ISA_INTERRUPTS = 16;
  private static final int CASCADE = 2;

  private final TableWriter entries = new TableWriter();
  private int count;

  private MultiprocessorTable(ModelConfiguration configuration, Board board) {
    processors(configuration);
    entry(new TableWriter().u8(1).u8(0).text("ISA", 6));
    for (int i = 0; i < board.ioApics().size(); i++) {
      PlatformDescription.IoApic ioApic = board.ioApics().get(i);
      entry(new TableWriter().u8(2).u8(i).u8(IO_APIC_VERSION).u8(ENABLED).u32(ioApic.address()));
    }
    if (!board.ioApics().isEmpty()) {
      ioInterrupts(configuration, board);
    }
    if (configuration.has(Feature.PIC)) {
      interrupt(4, EXT_INT, IntiFlags.BUS_DEFAULT, 0, ALL, 0);
    }
    interrupt(4, NMI, IntiFlags.BUS_DEFAULT, 0, ALL, 1);
  }

  static byte[] of(ModelConfiguration configuration, Board board) {
    MultiprocessorTable table = new MultiprocessorTable(configuration, board);
    TableWriter whole = new TableWriter();
    int length = HEADER + table.entries.size();
    whole.text("PCMP", 4).u16(length).u8(REVISION).u8(0).text("APICTCK", 8).text("REFERENCE", 12);
    whole.u32(0).u16(0).u16(table.count).u32(ApicBase.DEFAULT_ADDRESS).u32(0);
    return whole.append(table.entries).sealed(CHECKSUM, length);
  }

  private void entry(TableWriter entry) {
    entries.append(entry);
    count++;
  }

  private void processors(ModelConfiguration configuration) {
    for (int i = 0; i < configuration.apicIds().size(); i++) {
      int id = configuration.apicIds().get(i);
      if (Integer.compareUnsigned(id, MAX_ID) <= 0) {
        TableWriter processor = new TableWriter().u8(0).u8(id).u8(APIC_VERSION);
        entry(processor.u8(i == 0 ? ENABLED | BOOTSTRAP : ENABLED).u32(0).u32(0).zeros(8));
      }
    }
  }

  private void ioInterrupts(ModelConfiguration configuration, Board board) {
    if (configuration.has(Feature.INTR_AT_IO_APIC)) {
      interrupt(3, EXT_INT, IntiFlags.BUS_DEFAULT, 0, 0, 0);
    }
    for (int irq = 0; irq < ISA_INTERRUPTS; irq++) {
      if (irq != CASCADE) {
        interrupt(3, INT, flags(board, irq), irq, 0, board.gsiOfIsa(irq));
      }
    }
  }

  private static IntiFlags flags(Board board, int irq) {
    return board.overrides().stream()
        .filter(override -> override.irq() == irq)
        .map(InterruptTable::flags)
        .findFirst()
        .orElse(IntiFlags.BUS_DEFAULT);
  }

  private void interrupt(int entry, int type, IntiFlags flags, int irq, int apic, int input) {
    entry(new TableWriter().u8(entry).u8(type).u16(flags.raw()).u8(0).u8(irq).u8(apic).u8(input));
  }
}
