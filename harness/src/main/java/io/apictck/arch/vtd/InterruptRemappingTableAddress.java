package io.apictck.arch.vtd;

/**
 * The interrupt remapping table address register (Intel VT-d specification, "Interrupt Remapping
 * Table Address Register").
 *
 * @param raw the 64 bits
 */
public record InterruptRemappingTableAddress(long raw) {
  /** Size of a table entry in bytes. */
  public static final int ENTRY_SIZE = 16;

  /** EIME: destinations have 32 bits. */
  public static final long EIME = 1 << 11;

  /** Bits 10:4. */
  public static final long RESERVED = 0x7F0;

  /** The largest value of the size field. */
  public static final int MAXIMUM_SIZE = 15;

  /** The register with the given raw value. */
  public static InterruptRemappingTableAddress of(long raw) {
    return new InterruptRemappingTableAddress(raw);
  }

  /**
   * A table.
   *
   * @param base physical address, page-aligned
   * @param size 2 to the power of {@code size + 1} is the number of entries
   * @param extended whether destinations have 32 bits
   */
  public static InterruptRemappingTableAddress of(long base, int size, boolean extended) {
    return new InterruptRemappingTableAddress(base | (extended ? EIME : 0) | size);
  }

  /** Bits 63:12: physical address of the table. */
  public long base() {
    return raw & ~0xFFFL;
  }

  /** EIME, bit 11. */
  public boolean extendedInterruptMode() {
    return (raw & EIME) != 0;
  }

  /** S, bits 3:0. */
  public int size() {
    return (int) raw & MAXIMUM_SIZE;
  }

  /** The number of entries. */
  public int entries() {
    return 2 << size();
  }

  /** Physical address of an entry. */
  public long entry(int index) {
    return base() + (long) index * ENTRY_SIZE;
  }
}
