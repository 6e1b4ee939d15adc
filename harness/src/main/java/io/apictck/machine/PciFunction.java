package io.apictck.machine;

import io.apictck.arch.AdvancedFeatures;
import io.apictck.arch.PciCapability;
import io.apictck.arch.PciRegister;
import io.apictck.platform.Board;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * Driver of a PCI function (PCI Local Bus Specification, "Configuration Space" and "Configuration
 * Mechanism #1"); processor 0 makes the accesses.
 */
public final class PciFunction {
  private static final int MAX_CAPABILITIES = 48;
  private static final int RESET_TIME = 100_000_000;

  private final Machine machine;
  private final Board.PciFunction description;

  PciFunction(Machine machine, Board.PciFunction description) {
    this.machine = machine;
    this.description = description;
  }

  /**
   * A capability in the list.
   *
   * @param id capability ID
   * @param offset where it is in configuration space
   */
  public record Capability(int id, int offset) {}

  /** The machine it belongs to. */
  public Machine machine() {
    return machine;
  }

  /** Bus, device and function. */
  public int requesterId() {
    return description.requesterId();
  }

  /** How many interrupts its device logic has. */
  public int interrupts() {
    return description.interrupts();
  }

  /** Global system interrupt of its interrupt pin, -1 if it has none. */
  public int gsi() {
    return description.gsi();
  }

  // ---- configuration space ----

  /**
   * Reads 1, 2 or 4 bytes of configuration space, zero-extended.
   *
   * @param offset 0 to FFh, a multiple of {@code width}
   */
  public long readConfig(int offset, int width) {
    return machine.cpu(0)
        .run(select(offset), new Instruction.In(PciRegister.CONFIG_DATA + (offset & 3), width))[0];
  }

  /** Reads 1, 2 or 4 bytes of configuration space. */
  public int read(int offset, int width) {
    return (int) readConfig(offset, width);
  }

  /** Writes 1, 2 or 4 bytes of configuration space. */
  public void writeConfig(int offset, int width, int value) {
    machine
        .cpu(0)
        .run(
            select(offset),
            new Instruction.Out(PciRegister.CONFIG_DATA + (offset & 3), width, value));
  }

  private Instruction select(int offset) {
    return new Instruction.Out(
        PciRegister.CONFIG_ADDRESS,
        4,
        PciRegister.CONFIG_ENABLE | description.requesterId() << 8 | (offset & 0xFC));
  }

  /** The command register. */
  public int command() {
    return read(PciRegister.COMMAND, 2);
  }

  /** Sets or clears bits of the command register. */
  public void setCommand(int bits, boolean set) {
    int command = command();
    writeConfig(PciRegister.COMMAND, 2, set ? command | bits : command & ~bits);
  }

  /** Lets it send memory writes, or not. */
  public void setBusMaster(boolean enabled) {
    setCommand(PciRegister.COMMAND_BUS_MASTER, enabled);
  }

  /** Sets or clears the interrupt disable bit. */
  public void setInterruptDisable(boolean disabled) {
    setCommand(PciRegister.COMMAND_INTERRUPT_DISABLE, disabled);
  }

  /** The interrupt status bit. */
  public boolean interruptStatus() {
    return (read(PciRegister.STATUS, 2) & PciRegister.STATUS_INTERRUPT) != 0;
  }

  // ---- capabilities ----

  /** The capabilities list as it is linked; at most 48 of them. */
  public List<Capability> capabilities() {
    List<Capability> found = new ArrayList<>();
    if ((read(PciRegister.STATUS, 2) & PciRegister.STATUS_CAPABILITIES_LIST) == 0) {
      return found;
    }
    int offset = read(PciRegister.CAPABILITIES_POINTER, 1) & 0xFC;
    while (offset != 0 && found.size() < MAX_CAPABILITIES) {
      int header = read(offset, 2);
      found.add(new Capability(header & 0xFF, offset));
      offset = header >>> 8 & 0xFC;
    }
    return found;
  }

  /** Offset of the first capability with this ID, 0 if there is none. */
  public int capability(int id) {
    return capabilities().stream()
        .filter(capability -> capability.id() == id)
        .mapToInt(Capability::offset)
        .findFirst()
        .orElse(0);
  }

  /** Whether it has a capability. */
  public boolean has(int id) {
    return capability(id) != 0;
  }

  /**
   * Its MSI capability.
   *
   * @throws IllegalStateException if it has none
   */
  public MsiCapability msi() {
    return new MsiCapability(this, existing(PciCapability.MSI));
  }

  /**
   * Its MSI-X capability.
   *
   * @throws IllegalStateException if it has none
   */
  public MsiXCapability msiX() {
    return new MsiXCapability(this, existing(PciCapability.MSI_X));
  }

  private int existing(int id) {
    int offset = capability(id);
    if (offset == 0) {
      throw new IllegalStateException("%s has no capability %s".formatted(this, Hex.vector(id)));
    }
    return offset;
  }

  /** Whether Advanced Features offer a function level reset. */
  public boolean hasFunctionLevelReset() {
    int offset = capability(PciCapability.ADVANCED_FEATURES);
    return offset != 0
        && (read(offset + AdvancedFeatures.CAPABILITIES, 1) & AdvancedFeatures.FUNCTION_LEVEL_RESET)
            != 0;
  }

  /** Resets the function by its Advanced Features capability, and waits 100 ms. */
  public void functionLevelReset() {
    int offset = existing(PciCapability.ADVANCED_FEATURES);
    writeConfig(offset + AdvancedFeatures.CONTROL, 1, AdvancedFeatures.INITIATE_RESET);
    machine.elapseNanos(RESET_TIME);
  }

  // ---- memory ----

  /** Physical address of a memory base address register, 0 if none was assigned. */
  public long barAddress(int number) {
    int offset = PciRegister.BASE_ADDRESS + 4 * number;
    int lower = read(offset, 4);
    long address = Integer.toUnsignedLong(lower & PciRegister.BAR_ADDRESS);
    return isWide(lower) ? (long) read(offset + 4, 4) << Integer.SIZE | address : address;
  }

  /**
   * Size of a memory base address register in bytes, 0 if it is not there; found by writing ones.
   */
  public long barSize(int number) {
    int offset = PciRegister.BASE_ADDRESS + 4 * number;
    int before = read(offset, 4);
    writeConfig(offset, 4, -1);
    int bits = read(offset, 4) & PciRegister.BAR_ADDRESS;
    writeConfig(offset, 4, before);
    // of a 64-bit one, too: none is larger than 2 GiB
    return bits == 0 ? 0 : Integer.toUnsignedLong(-bits);
  }

  /** Whether a base address register is there and is one of memory. */
  public boolean isMemoryBar(int number) {
    return (read(PciRegister.BASE_ADDRESS + 4 * number, 4) & PciRegister.BAR_IO_SPACE) == 0
        && barSize(number) != 0;
  }

  private static boolean isWide(int bar) {
    return (bar & PciRegister.BAR_TYPE) == PciRegister.BAR_TYPE_64;
  }

  /**
   * Gives addresses in its window to the memory base address registers that have none, as firmware
   * does; lets it answer there, and send memory writes.
   */
  public void activate() {
    setCommand(PciRegister.COMMAND_MEMORY_SPACE, false);
    long next = description.window();
    for (int bar = 0; bar < PciRegister.BASE_ADDRESSES; bar++) {
      int offset = PciRegister.BASE_ADDRESS + 4 * bar;
      int lower = read(offset, 4);
      boolean wide = isWide(lower);
      if (next != 0 && isMemoryBar(bar) && barAddress(bar) == 0) {
        long size = barSize(bar);
        next = next + size - 1 & -size;
        writeConfig(offset, 4, (int) next);
        next += size;
      }
      if (wide) {
        bar++;
      }
    }
    setCommand(PciRegister.COMMAND_MEMORY_SPACE | PciRegister.COMMAND_BUS_MASTER, true);
  }

  // ---- interrupts ----

  /** Makes the condition for interrupt {@code number} true or false. */
  public void interrupt(int number, boolean pending) {
    machine.functionInterrupt(description.requesterId(), number, pending);
  }

  /** Makes the condition for interrupt {@code number} true, and false again. */
  public void pulse(int number) {
    interrupt(number, true);
    interrupt(number, false);
  }

  /** As in {@code PCI function 00:03.0}. */
  @Override
  public String toString() {
    int id = description.requesterId();
    return "PCI function %02x:%02x.%d".formatted(id >>> 8, id >>> 3 & 0x1F, id & 7);
  }
}
