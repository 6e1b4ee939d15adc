package io.apictck.machine;

import io.apictck.arch.RedirectionEntry;
import io.apictck.platform.PlatformDescription;

/**
 * Driver of one I/O APIC (82093AA data sheet, "Register Description"); processor 0 makes the
 * accesses.
 */
public final class IoApic {
  private static final int IOWIN = 0x10;
  private static final int EOIR = 0x40;
  private static final int VERSION = 1;
  private static final int TABLE = 0x10;

  private final Machine machine;
  private final PlatformDescription.IoApic description;

  IoApic(Machine machine, PlatformDescription.IoApic description) {
    this.machine = machine;
    this.description = description;
  }

  /** Global system interrupt of input 0. */
  public int gsiBase() {
    return description.gsiBase();
  }

  /** How many inputs it has, as the platform says. */
  public int inputs() {
    return description.inputs();
  }

  /** Reads an indirect register. */
  public int read(int index) {
    machine.cpu(0).write32(description.address(), index);
    return machine.cpu(0).read32(description.address() + IOWIN);
  }

  /** Writes an indirect register. */
  public void write(int index, int value) {
    machine.cpu(0).write32(description.address(), index);
    machine.cpu(0).write32(description.address() + IOWIN, value);
  }

  /** Bits 7:0 of the version register; from 20h on there is an EOI register. */
  public int version() {
    return read(VERSION) & 0xFF;
  }

  /** Whether its version says that there is an EOI register. */
  public boolean hasEoiRegister() {
    return version() >= 0x20;
  }

  /** The redirection table entry of an input. */
  public RedirectionEntry entry(int input) {
    return RedirectionEntry.of(
        (long) read(TABLE + 2 * input + 1) << 32 | (read(TABLE + 2 * input) & 0xFFFF_FFFFL));
  }

  /** Sets the redirection table entry of an input, its high half first. */
  public void setEntry(int input, RedirectionEntry entry) {
    write(TABLE + 2 * input + 1, (int) (entry.raw() >>> 32));
    write(TABLE + 2 * input, (int) entry.raw());
  }

  /** Directed end of interrupt: writes the EOI register. */
  public void directedEoi(int vector) {
    machine.cpu(0).write32(description.address() + EOIR, vector);
  }
}
