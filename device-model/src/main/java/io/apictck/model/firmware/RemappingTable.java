package io.apictck.model.firmware;

import io.apictck.arch.vtd.DmarStructure;
import io.apictck.arch.vtd.DmarStructure.DeviceScope;
import io.apictck.model.ModelConfiguration;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;

/**
 * The body of the DMA remapping reporting table (Intel VT-d specification, "DMA Remapping Reporting
 * Structure").
 *
 * <p>Supported: units that have all PCI functions, and their I/O APICs. Not supported: reserved
 * memory and other structures; there is nothing that they could describe.
 */
final class RemappingTable {
  private static final int RESERVED_BYTES = 10;
  private static final int UNIT = 0;
  private static final int UNIT_LENGTH = 16;
  private static final int SCOPE_LENGTH = 8;

  private RemappingTable() {}

  static TableWriter body(ModelConfiguration configuration, Board board) {
    int flags = configuration.has(Feature.INTERRUPT_REMAPPING) ? DmarStructure.INTR_REMAP : 0;
    TableWriter table = new TableWriter();
    table.u8(ModelConfiguration.MAX_PHY_ADDR - 1).u8(flags).zeros(RESERVED_BYTES);
    for (Board.RemappingUnit unit : board.remappingUnits()) {
      int length = UNIT_LENGTH + unit.ioApics().size() * SCOPE_LENGTH;
      table.u16(UNIT).u16(length).u8(DmarStructure.INCLUDE_PCI_ALL).u8(0).u16(0);
      table.u64(unit.address());
      for (Board.IoApicScope scope : unit.ioApics()) {
        // the MADT numbers I/O APICs by their place on the board
        table.u8(DeviceScope.IO_APIC).u8(SCOPE_LENGTH).zeros(2).u8(scope.ioApic());
        table.u8(scope.sourceId() >>> 8).u8(scope.sourceId() >>> 3 & 0x1F).u8(scope.sourceId() & 7);
      }
    }
    return table;
  }
}
