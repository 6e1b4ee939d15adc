package io.apictck.machine;

import io.apictck.arch.vtd.DmarStructure;
import io.apictck.arch.vtd.DmarStructure.DeviceScope;
import io.apictck.arch.vtd.DmarStructure.PathElement;
import java.util.ArrayList;
import java.util.List;

/**
 * The DMA remapping reporting table (Intel VT-d specification, "DMA Remapping Reporting
 * Structure").
 *
 * @param addressWidth host address width in bits
 * @param flags {@link DmarStructure#INTR_REMAP} and others
 * @param structures its structures, in order
 */
public record Dmar(int addressWidth, int flags, List<DmarStructure> structures) {
  private static final int ADDRESS_WIDTH = 36;
  private static final int FLAGS = 37;
  private static final int FIRST_STRUCTURE = 48;
  private static final int STRUCTURE_HEADER = 4;
  private static final int UNIT = 0;
  private static final int UNIT_LENGTH = 16;
  private static final int SCOPE_HEADER = 6;
  private static final int PATH_ELEMENT = 2;

  /** Takes a copy. */
  public Dmar {
    structures = List.copyOf(structures);
  }

  static Dmar of(FirmwareTable table) {
    List<DmarStructure> structures = new ArrayList<>();
    int offset = FIRST_STRUCTURE;
    while (offset < table.length()) {
      int length = table.u16(offset + 2);
      checkLength(table, offset, length, STRUCTURE_HEADER, table.length());
      structures.add(structure(table, offset, length));
      offset += length;
    }
    return new Dmar(table.u8(ADDRESS_WIDTH) + 1, table.u8(FLAGS), structures);
  }

  private static DmarStructure structure(FirmwareTable table, int at, int length) {
    int type = table.u16(at);
    if (type != UNIT) {
      return new DmarStructure.Other(type);
    }
    checkLength(table, at, length, UNIT_LENGTH, table.length());
    List<DeviceScope> scopes = new ArrayList<>();
    int offset = at + UNIT_LENGTH;
    while (offset < at + length) {
      int scopeLength = table.u8(offset + 1);
      checkLength(table, offset, scopeLength, SCOPE_HEADER + PATH_ELEMENT, at + length);
      scopes.add(scope(table, offset, scopeLength));
      offset += scopeLength;
    }
    return new DmarStructure.Unit(table.u8(at + 4), table.u16(at + 6), table.u64(at + 8), scopes);
  }

  private static DeviceScope scope(FirmwareTable table, int at, int length) {
    List<PathElement> path = new ArrayList<>();
    for (int i = SCOPE_HEADER; i + PATH_ELEMENT <= length; i += PATH_ELEMENT) {
      path.add(new PathElement(table.u8(at + i), table.u8(at + i + 1)));
    }
    return new DeviceScope(table.u8(at), table.u8(at + 4), table.u8(at + 5), path);
  }

  private static void checkLength(
      FirmwareTable table, int offset, int length, int shortest, int end) {
    if (length < shortest || offset + length > end) {
      throw table.broken(
          "the structure at offset %d has length %d, at least %d and up to offset %d is right"
              .formatted(offset, length, shortest, end));
    }
  }

  /** Whether the platform supports interrupt remapping. */
  public boolean interruptRemapping() {
    return (flags & DmarStructure.INTR_REMAP) != 0;
  }

  /** The remapping units, in order. */
  public List<DmarStructure.Unit> units() {
    return structures.stream()
        .filter(DmarStructure.Unit.class::isInstance)
        .map(DmarStructure.Unit.class::cast)
        .toList();
  }
}
