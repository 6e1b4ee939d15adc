package io.apictck.machine;

import io.apictck.arch.IntiFlags;
import io.apictck.arch.MadtEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * The multiple APIC description table (ACPI Specification, "Multiple APIC Description Table").
 *
 * @param localApicAddress physical address of the local APIC registers, the 64-bit one if there is
 * @param flags multiple APIC flags
 * @param entries its structures, in order
 */
public record Madt(long localApicAddress, int flags, List<MadtEntry> entries) {
  private static final int ADDRESS = 36;
  private static final int FLAGS = 40;
  private static final int FIRST_ENTRY = 44;
  private static final int PCAT_COMPAT = 1;
  private static final int ENTRY_HEADER = 2;

  /** Takes a copy. */
  public Madt {
    entries = List.copyOf(entries);
  }

  static Madt of(FirmwareTable table) {
    List<MadtEntry> entries = new ArrayList<>();
    long address = table.address32(ADDRESS);
    int offset = FIRST_ENTRY;
    while (offset < table.length()) {
      int length = table.u8(offset + 1);
      if (length < ENTRY_HEADER || offset + length > table.length()) {
        throw table.broken(
            "the structure at offset %d has length %d, which leads out of the table of %d bytes"
                .formatted(offset, length, table.length()));
      }
      MadtEntry entry = entry(table, offset);
      entries.add(entry);
      if (entry instanceof MadtEntry.AddressOverride(long wide)) {
        address = wide;
      }
      offset += length;
    }
    return new Madt(address, table.u32(FLAGS), entries);
  }

  private static MadtEntry entry(FirmwareTable table, int at) {
    int type = table.u8(at);
    return switch (type) {
      case 0 -> {
        length(table, at, 8);
        yield new MadtEntry.LocalApic(table.u8(at + 2), table.u8(at + 3), table.u32(at + 4));
      }
      case 1 -> {
        length(table, at, 12);
        yield new MadtEntry.IoApic(table.u8(at + 2), table.address32(at + 4), table.u32(at + 8));
      }
      case 2 -> {
        length(table, at, 10);
        yield new MadtEntry.SourceOverride(
            table.u8(at + 2), table.u8(at + 3), table.u32(at + 4), flags(table, at + 8));
      }
      case 3 -> {
        length(table, at, 8);
        yield new MadtEntry.NmiSource(flags(table, at + 2), table.u32(at + 4));
      }
      case 4 -> {
        length(table, at, 6);
        yield new MadtEntry.LocalApicNmi(table.u8(at + 2), flags(table, at + 3), table.u8(at + 5));
      }
      case 5 -> {
        length(table, at, 12);
        yield new MadtEntry.AddressOverride(table.u64(at + 4));
      }
      case 9 -> {
        length(table, at, 16);
        yield new MadtEntry.LocalX2apic(table.u32(at + 4), table.u32(at + 8), table.u32(at + 12));
      }
      case 10 -> {
        length(table, at, 12);
        yield new MadtEntry.LocalX2apicNmi(
            flags(table, at + 2), table.u32(at + 4), table.u8(at + 8));
      }
      default -> new MadtEntry.Other(type);
    };
  }

  private static IntiFlags flags(FirmwareTable table, int offset) {
    return new IntiFlags(table.u16(offset));
  }

  private static void length(FirmwareTable table, int at, int expected) {
    int length = table.u8(at + 1);
    if (length != expected) {
      throw table.broken(
          "the structure at offset %d of type %d has length %d, not %d"
              .formatted(at, table.u8(at), length, expected));
    }
  }

  /** Whether there is a pair of 8259 controllers. */
  public boolean pcatCompat() {
    return (flags & PCAT_COMPAT) != 0;
  }

  /** The entries of one type, in order. */
  public <T> List<T> all(Class<T> type) {
    return entries.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The global system interrupt of an ISA interrupt. */
  public int gsiOfIsa(int irq) {
    return all(MadtEntry.SourceOverride.class).stream()
        .filter(override -> override.bus() == 0 && override.irq() == irq)
        .mapToInt(MadtEntry.SourceOverride::gsi)
        .findFirst()
        .orElse(irq);
  }

  /** Polarity and trigger mode of an ISA interrupt. */
  public IntiFlags flagsOfIsa(int irq) {
    return all(MadtEntry.SourceOverride.class).stream()
        .filter(override -> override.bus() == 0 && override.irq() == irq)
        .map(MadtEntry.SourceOverride::flags)
        .findFirst()
        .orElse(IntiFlags.BUS_DEFAULT);
  }
}
