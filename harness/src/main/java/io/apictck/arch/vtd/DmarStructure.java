package io.apictck.arch.vtd;

import java.util.List;

/**
 * A remapping structure of the DMA remapping reporting table (Intel VT-d specification, "Remapping
 * Structure Types").
 */
public sealed interface DmarStructure {
  /** Flags of the table, bit 0: the platform supports interrupt remapping. */
  int INTR_REMAP = 1;

  /** Flags of the table, bit 1: firmware asks software not to use x2APIC mode. */
  int X2APIC_OPT_OUT = 1 << 1;

  /** Flags of a unit, bit 0: all PCI functions of the segment that no other unit has. */
  int INCLUDE_PCI_ALL = 1;

  /**
   * Type 0: a remapping unit.
   *
   * @param flags {@link #INCLUDE_PCI_ALL}
   * @param segment PCI segment
   * @param address physical address of the register page
   * @param scopes devices that are named
   */
  record Unit(int flags, int segment, long address, List<DeviceScope> scopes)
      implements DmarStructure {
    /** Takes a copy. */
    public Unit {
      scopes = List.copyOf(scopes);
    }
  }

  /** A structure of another type. */
  record Other(int type) implements DmarStructure {}

  /**
   * A device of a unit (Intel VT-d specification, "Device Scope Structure").
   *
   * @param type {@link #IO_APIC} and others
   * @param enumerationId for an I/O APIC its ID in the MADT
   * @param startBus bus on which the path starts
   * @param path device and function numbers, from the start bus down
   */
  record DeviceScope(int type, int enumerationId, int startBus, List<PathElement> path) {
    /** A PCI endpoint. */
    public static final int ENDPOINT = 1;

    /** A PCI bridge and all behind it. */
    public static final int BRIDGE = 2;

    /** An I/O APIC. */
    public static final int IO_APIC = 3;

    /** An HPET that sends messages. */
    public static final int HPET = 4;

    /** Takes a copy. */
    public DeviceScope {
      path = List.copyOf(path);
    }

    /** The source ID of a device that lies on the start bus itself. */
    public int sourceId() {
      PathElement last = path.getLast();
      return startBus << 8 | last.device() << 3 | last.function();
    }
  }

  /** A step of a path. */
  record PathElement(int device, int function) {}
}
