package io.apictck.model.firmware;

import io.apictck.model.ModelConfiguration;
import io.apictck.model.bus.Memory;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;

/**
 * The tables by which firmware tells software what the board is: RSDP, RSDT, XSDT and MADT (ACPI,
 * "ACPI Software Programming Model"), DMAR (Intel VT-d specification, "DMA Remapping Reporting
 * Structure"), MP floating pointer structure and MP configuration table (MultiProcessor
 * Specification, "MP Configuration Table").
 *
 * <p>Supported: what the board and the configuration have. Not supported: all other ACPI tables;
 * there is no fixed hardware that they could describe.
 */
public final class FirmwareTables {
  private static final int POINTERS = 0x1_5A00;
  private static final int MP_POINTER = POINTERS + 0x100;
  private static final int MP_TABLE = MP_POINTER + 0x10;

  private static final int HEADER = 36;
  private static final int CHECKSUM = 9;
  private static final int ALIGNMENT = 16;

  private static final int RSDP_LENGTH = 36;
  private static final int RSDP_CHECKSUM = 8;
  private static final int RSDP_FIRST_LENGTH = 20;
  private static final int RSDP_EXTENDED_CHECKSUM = 32;

  private static final int MP_POINTER_CHECKSUM = 10;
  private static final int MP_REVISION = 4;
  private static final int IMCRP = 1 << 7;

  private final byte[] image = new byte[Memory.MAX_ROM_SIZE];
  private int free;

  private FirmwareTables() {}

  /** The read-only memory at {@link Memory#ROM_BASE}; empty if there are no tables. */
  public static byte[] image(ModelConfiguration configuration, Board board) {
    FirmwareTables tables = new FirmwareTables();
    if (configuration.has(Feature.ACPI_TABLES)) {
      tables.acpi(configuration, board);
    }
    if (configuration.has(Feature.MP_TABLE)) {
      tables.multiprocessor(configuration, board);
    }
    boolean any = configuration.has(Feature.ACPI_TABLES) || configuration.has(Feature.MP_TABLE);
    return any ? tables.image : new byte[0];
  }

  private void acpi(ModelConfiguration configuration, Board board) {
    long madt = table("APIC", 4, InterruptTable.body(configuration, board));
    TableWriter narrow = new TableWriter().u32(madt);
    TableWriter wide = new TableWriter().u64(madt);
    if (configuration.has(Feature.DMAR_TABLE)) {
      long dmar = table("DMAR", 1, RemappingTable.body(configuration, board));
      narrow.u32(dmar);
      wide.u64(dmar);
    }
    long rsdt = table("RSDT", 1, narrow);
    long xsdt = table("XSDT", 1, wide);
    TableWriter pointer = new TableWriter().text("RSD PTR ", 8).u8(0).text("APTCK", 6).u8(2);
    byte[] bytes =
        pointer
            .u32(rsdt)
            .u32(RSDP_LENGTH)
            .u64(xsdt)
            .zeros(4)
            .sealed(RSDP_CHECKSUM, RSDP_FIRST_LENGTH);
    TableWriter.seal(bytes, RSDP_EXTENDED_CHECKSUM, RSDP_LENGTH);
    put(POINTERS, bytes);
  }

  /** Puts a table where there is room; returns its physical address. */
  private long table(String signature, int revision, TableWriter body) {
    int length = HEADER + body.size();
    TableWriter table = new TableWriter().text(signature, 4).u32(length).u8(revision).u8(0);
    table.text("APTCK", 6).text("APICTCK", 8).u32(1).text("APTC", 4).u32(1);
    int at = free;
    put(at, table.append(body).sealed(CHECKSUM, length));
    free = Math.ceilDiv(at + length, ALIGNMENT) * ALIGNMENT;
    return Memory.ROM_BASE + at;
  }

  private void multiprocessor(ModelConfiguration configuration, Board board) {
    put(MP_TABLE, MultiprocessorTable.of(configuration, board));
    TableWriter pointer = new TableWriter().text("_MP_", 4).u32(Memory.ROM_BASE + MP_TABLE);
    pointer.u8(1).u8(MP_REVISION).u8(0).u8(0);
    pointer.u8(configuration.has(Feature.IMCR) ? IMCRP : 0).zeros(3);
    put(MP_POINTER, pointer.sealed(MP_POINTER_CHECKSUM, ALIGNMENT));
  }

  private void put(int at, byte[] bytes) {
    System.arraycopy(bytes, 0, image, at, bytes.length);
  }
}
