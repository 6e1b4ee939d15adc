package io.apictck.machine;

import io.apictck.arch.IntiFlags;
import io.apictck.arch.MpEntry;
import io.apictck.arch.MpEntry.InterruptType;
import java.util.ArrayList;
import java.util.List;

/**
 * The MP configuration table that firmware left, found as software does (MultiProcessor
 * Specification, "MP Floating Pointer Structure"). A broken table is a failed assertion.
 *
 * @param imcrPresent IMCRP: there is an interrupt mode configuration register, and PIC mode is on
 * @param localApicAddress physical address of the local APIC registers
 * @param entries its entries, in order
 */
public record MpTable(boolean imcrPresent, long localApicAddress, List<MpEntry> entries) {
  private static final long SIGNATURE = 0x5F50_4D5F;
  private static final int POINTER_LENGTH = 16;
  private static final int HEADER = 44;
  private static final int IMCRP = 1 << 7;
  private static final int PROCESSOR_LENGTH = 20;
  private static final int ENTRY_LENGTH = 8;

  /** Takes a copy. */
  public MpTable {
    entries = List.copyOf(entries);
  }

  /** Reads it by loads of processor 0. */
  public static MpTable of(Machine machine) {
    Cpu cpu = machine.cpu(0);
    FirmwareTable pointer = pointer(cpu);
    long address = pointer.address32(4);
    if (address == 0) {
      throw pointer.broken("it points to no configuration table");
    }
    FirmwareTable header = FirmwareTable.load(cpu, "MP configuration table", address, HEADER);
    if (!header.text(0, 4).equals("PCMP") || header.u16(4) < HEADER) {
      throw header.broken("it has no header of an MP configuration table");
    }
    FirmwareTable table =
        FirmwareTable.load(cpu, header.name(), address, header.u16(4)).summingToZero();
    boolean imcrPresent = (pointer.u8(12) & IMCRP) != 0;
    return new MpTable(imcrPresent, table.address32(36), entries(table));
  }

  private static FirmwareTable pointer(Cpu cpu) {
    for (long address : BiosArea.find(cpu, SIGNATURE, Integer.BYTES)) {
      FirmwareTable found =
          FirmwareTable.load(cpu, "MP floating pointer structure", address, POINTER_LENGTH);
      if (found.u8(8) == 1 && found.sum(POINTER_LENGTH) == 0) {
        return found;
      }
    }
    throw new AssertionError(
        "there is no MP floating pointer structure whose bytes sum to 0 where software looks for"
            + " it");
  }

  private static List<MpEntry> entries(FirmwareTable table) {
    List<MpEntry> entries = new ArrayList<>();
    int count = table.u16(34);
    int offset = HEADER;
    for (int i = 0; i < count; i++) {
      entries.add(entry(table, offset));
      offset += table.u8(offset) == 0 ? PROCESSOR_LENGTH : ENTRY_LENGTH;
    }
    if (offset != table.length()) {
      throw table.broken(
          "its %d entries end at offset %d, but it has %d bytes"
              .formatted(count, offset, table.length()));
    }
    return entries;
  }

  private static MpEntry entry(FirmwareTable table, int at) {
    return switch (table.u8(at)) {
      case 0 -> new MpEntry.Processor(table.u8(at + 1), table.u8(at + 3));
      case 1 -> new MpEntry.Bus(table.u8(at + 1), table.text(at + 2, 6));
      case 2 ->
          new MpEntry.IoApic(
              table.u8(at + 1),
              table.u8(at + 2),
              (table.u8(at + 3) & 1) != 0,
              table.address32(at + 4));
      case 3 ->
          new MpEntry.IoInterrupt(
              InterruptType.of(table.u8(at + 1)),
              new IntiFlags(table.u16(at + 2)),
              table.u8(at + 4),
              table.u8(at + 5),
              table.u8(at + 6),
              table.u8(at + 7));
      case 4 ->
          new MpEntry.LocalInterrupt(
              InterruptType.of(table.u8(at + 1)),
              new IntiFlags(table.u16(at + 2)),
              table.u8(at + 4),
              table.u8(at + 5),
              table.u8(at + 6),
              table.u8(at + 7));
      default ->
          throw table.broken("the entry at offset %d has type %d".formatted(at, table.u8(at)));
    };
  }

  /** The entries of one type, in order. */
  public <T> List<T> all(Class<T> type) {
    return entries.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
