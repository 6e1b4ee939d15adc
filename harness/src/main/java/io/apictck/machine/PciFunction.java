package io.apictck.machine;

import io.apictck.platform.Board;
import io.apictck.platform.Instruction;

/**
 * Driver of a PCI function (PCI Local Bus Specification, "Configuration Space" and "Configuration
 * Mechanism #1"); processor 0 makes the accesses.
 */
public final class PciFunction {
  private static final int CONFIG_ADDRESS = 0xCF8;
  private static final int CONFIG_DATA = 0xCFC;
  private static final int ENABLE = 0x8000_0000;

  private static final int STATUS = 0x06;
  private static final int CAPABILITIES_LIST = 1 << 4;
  private static final int CAPABILITIES_POINTER = 0x34;
  private static final int MAX_CAPABILITIES = 48;

  private final Machine machine;
  private final Board.PciFunction description;

  PciFunction(Machine machine, Board.PciFunction description) {
    this.machine = machine;
    this.description = description;
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

  /**
   * Reads 1, 2 or 4 bytes of configuration space, zero-extended.
   *
   * @param offset 0 to FFh, a multiple of {@code width}
   */
  public long readConfig(int offset, int width) {
    return machine.cpu(0)
        .run(select(offset), new Instruction.In(CONFIG_DATA + (offset & 3), width))[0];
  }

  /** Writes 1, 2 or 4 bytes of configuration space. */
  public void writeConfig(int offset, int width, int value) {
    machine
        .cpu(0)
        .run(select(offset), new Instruction.Out(CONFIG_DATA + (offset & 3), width, value));
  }

  private Instruction select(int offset) {
    return new Instruction.Out(
        CONFIG_ADDRESS, 4, ENABLE | description.requesterId() << 8 | (offset & 0xFC));
  }

  /** Offset of the first capability with this ID, 0 if there is none. */
  public int capability(int id) {
    if ((readConfig(STATUS, 2) & CAPABILITIES_LIST) == 0) {
      return 0;
    }
    int offset = (int) readConfig(CAPABILITIES_POINTER, 1) & 0xFC;
    for (int i = 0; offset != 0 && i < MAX_CAPABILITIES; i++) {
      int header = (int) readConfig(offset, 2);
      if ((header & 0xFF) == id) {
        return offset;
      }
      offset = header >>> 8 & 0xFC;
    }
    return 0;
  }

  /** Whether it has a capability. */
  public boolean has(int id) {
    return capability(id) != 0;
  }

  /** Makes the condition for interrupt {@code number} true or false. */
  public void interrupt(int number, boolean pending) {
    machine.functionInterrupt(description.requesterId(), number, pending);
  }
}
