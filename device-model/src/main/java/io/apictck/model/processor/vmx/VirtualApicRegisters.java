package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.VirtualApicPage;

/**
 * The registers in the virtual-APIC page (Intel SDM Vol. 3C, "Virtualized APIC Registers"). They
 * are memory, and nothing of them is kept here: software may look at and change them at any time.
 */
final class VirtualApicRegisters {
  private static final int STEP = 0x10;

  private final VmxWorld world;
  private final ApicControls controls;

  VirtualApicRegisters(VmxWorld world, ApicControls controls) {
    this.world = world;
    this.controls = controls;
  }

  /** A doubleword. */
  int get(int offset) {
    return (int) world.read(controls.virtualApic + offset, Integer.BYTES);
  }

  /** Sets a doubleword. */
  void set(int offset, int value) {
    world.write(controls.virtualApic + offset, Integer.BYTES, Integer.toUnsignedLong(value));
  }

  /** As many bytes as an access has. */
  long read(int offset, int width) {
    return world.read(controls.virtualApic + offset, width);
  }

  /** Stores as many bytes as an access has. */
  void write(int offset, int width, long value) {
    world.write(controls.virtualApic + offset, width, value);
  }

  /** Sets the bit of a vector in VISR or VIRR. */
  void add(int base, int vector) {
    int offset = VirtualApicPage.doubleword(base, vector);
    set(offset, get(offset) | 1 << vector);
  }

  /** Sets the bits of the 32 vectors that begin with {@code first}. */
  void addAll(int base, int first, int bits) {
    if (bits != 0) {
      int offset = VirtualApicPage.doubleword(base, first);
      set(offset, get(offset) | bits);
    }
  }

  /** Clears the bit of a vector in VISR or VIRR. */
  void remove(int base, int vector) {
    int offset = VirtualApicPage.doubleword(base, vector);
    set(offset, get(offset) & ~(1 << vector));
  }

  /** The highest vector in VISR or VIRR, 0 if there is none. */
  int highest(int base) {
    for (int register = 7; register >= 0; register--) {
      int bits = get(base + register * STEP);
      if (bits != 0) {
        return register * Integer.SIZE + Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bits);
      }
    }
    return 0;
  }
}
