package io.apictck.machine;

import io.apictck.arch.RedirectionEntry;
import io.apictck.platform.Instruction;
import io.apictck.platform.PlatformDescription;
import java.util.ArrayList;
import java.util.List;

/**
 * Driver of one I/O APIC (82093AA data sheet, "Register Description"); processor 0 makes the
 * accesses.
 */
public final class IoApic {
  /** Offset of the register that selects an indirect register. */
  public static final int IOREGSEL = 0x00;

  /** Offset of the window onto the selected register. */
  public static final int IOWIN = 0x10;

  /** Offset of the EOI register. */
  public static final int EOIR = 0x40;

  /** Index of the identification register. */
  public static final int ID = 0;

  /** Index of the version register. */
  public static final int VERSION = 1;

  /** Index of the arbitration register. */
  public static final int ARBITRATION = 2;

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

  /** Physical address of a register of its page. */
  public long address(int offset) {
    return description.address() + offset;
  }

  // ---- instructions, for blocks ----

  /** The instructions that read an indirect register; the last one gives the value. */
  public List<Instruction> reading(int index) {
    return List.of(selecting(index), new Instruction.Load(address(IOWIN), 4));
  }

  /** The instructions that write an indirect register. */
  public List<Instruction> writing(int index, int value) {
    return List.of(
        selecting(index), new Instruction.Store(address(IOWIN), 4, value & 0xFFFF_FFFFL));
  }

  private Instruction selecting(int index) {
    return new Instruction.Store(address(IOREGSEL), 4, index);
  }

  // ---- registers ----

  /** Reads an indirect register. */
  public int read(int index) {
    return (int) machine.cpu(0).run(reading(index))[0];
  }

  /** Writes an indirect register. */
  public void write(int index, int value) {
    machine.cpu(0).run(writing(index, value));
  }

  /** Index of the low half of the entry of an input; the high half follows. */
  public static int entryIndex(int input) {
    return TABLE + 2 * input;
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
    long[] halves =
        machine.cpu(0).run(joined(reading(entryIndex(input)), reading(entryIndex(input) + 1)));
    return RedirectionEntry.of(halves[1] << 32 | halves[0]);
  }

  /** Sets the redirection table entry of an input, its high half first. */
  public void setEntry(int input, RedirectionEntry entry) {
    machine
        .cpu(0)
        .run(
            joined(
                writing(entryIndex(input) + 1, (int) (entry.raw() >>> 32)),
                writing(entryIndex(input), (int) entry.raw())));
  }

  /** Sets bits 31:0 of the entry of an input. */
  public void setEntryLow(int input, RedirectionEntry entry) {
    write(entryIndex(input), (int) entry.raw());
  }

  /** Sets bits 63:32 of the entry of an input. */
  public void setEntryHigh(int input, RedirectionEntry entry) {
    write(entryIndex(input) + 1, (int) (entry.raw() >>> 32));
  }

  private static List<Instruction> joined(List<Instruction> first, List<Instruction> second) {
    List<Instruction> block = new ArrayList<>(first);
    block.addAll(second);
    return block;
  }

  /** Directed end of interrupt: writes the EOI register. */
  public void directedEoi(int vector) {
    machine.cpu(0).write32(description.address() + EOIR, vector);
  }
}
